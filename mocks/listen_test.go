package mocks

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestListen(t *testing.T) {
	_, w := alone(t, telling())
	heard := make(chan *Parcel, 1)
	listening := make(chan struct{})
	go func() {
		close(listening)
		p := w.Listen(t.Context(), "allianz")
		if err := w.Told("allianz", p.ID, Receipt{Status: http.StatusAccepted}); err != nil {
			t.Error(err)
		}
		heard <- p
	}()
	<-listening
	for !w.ears.open("allianz", realNow()) {
		runtime.Gosched()
	}
	tell(t, w, "http://192.0.2.7/hook", "a:1")
	drain(t, w)
	if p := <-heard; p.URL != "http://192.0.2.7/hook" || string(p.Body) != `"a:1"` || p.Header.Get("X-Notice") != "n-a:1" {
		t.Errorf("got %+v", p)
	}
	if diff := cmp.Diff([]string{"a:1 delivered 1"}, states(t, w)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := w.Told("allianz", "p-1", Receipt{}); !errors.Is(err, ErrNoParcel) {
		t.Errorf("told twice: got %v, want %v", err, ErrNoParcel)
	}
	w.Deaf("allianz")
	if w.ears.open("allianz", realNow()) {
		t.Error("somebody listens who has gone")
	}
}

func TestListenersComeAndGo(t *testing.T) {
	_, w := alone(t, telling())
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	if p := w.Listen(gone, "allianz"); p != nil || w.ears.open("allianz", realNow()) {
		t.Errorf("got %+v; who hung up is waited for", p)
	}
	late, stop := context.WithTimeout(t.Context(), time.Nanosecond)
	defer stop()
	if p := w.Listen(late, "allianz"); p != nil || !w.ears.open("allianz", realNow()) {
		t.Errorf("got %+v; who comes back is not waited for", p)
	}
}
