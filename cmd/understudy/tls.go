package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// authority is a certificate authority that lives as long as one run. Its own key
// is never written.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

const certificateLife = 30 * 24 * time.Hour // longer than any run

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := stamped("understudy, a certificate authority of one run")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &authority{certificate, key}, err
}

// stamped is a certificate to be, valid from an hour ago: clocks differ.
func stamped(name string) *x509.Certificate {
	now := time.Now()
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // never fails
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

// issue signs a certificate for a key of its own.
func (a *authority) issue(template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// server is a certificate for the names that the listeners are called by.
func (a *authority) server(names ...string) (tls.Certificate, error) {
	template := stamped("understudy")
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = []string{"localhost"}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, name := range names {
		switch ip := net.ParseIP(name); {
		case name == "" || name == "localhost" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()):
		case ip != nil:
			template.IPAddresses = append(template.IPAddresses, ip)
		default:
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	return a.issue(template)
}

// client is a certificate for a client that has none of its own.
func (a *authority) client() (tls.Certificate, error) {
	template := stamped("a test client of understudy")
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.issue(template)
}

// The files that a run with TLS leaves where the user is told.
const (
	fileCA        = "ca.pem"
	fileClient    = "client.pem"
	fileClientKey = "client-key.pem"
)

// write puts what a client needs into a folder.
func (a *authority) write(folder string, client tls.Certificate) error {
	key, ok := client.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return errors.New("the client's key is not one of ours")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		writePEM(filepath.Join(folder, fileCA), "CERTIFICATE", a.certificate.Raw),
		writePEM(filepath.Join(folder, fileClient), "CERTIFICATE", client.Certificate[0]),
		writePEM(filepath.Join(folder, fileClientKey), "PRIVATE KEY", der),
	)
}

func writePEM(name, kind string, der []byte) error {
	return os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// secured is a listener behind TLS.
type secured struct{ net.Listener }

// secure puts TLS on the listeners: the main one asks nobody for a certificate,
// because browsers come there, and the other one everybody.
func (s *serve) secure(l *listeners) (remove func(), err error) {
	remove = func() {}
	if !s.TLS {
		return remove, nil
	}
	folder := s.TLSDir
	if folder == "" {
		if folder, err = os.MkdirTemp("", "understudy-tls-"); err != nil {
			return remove, err
		}
		remove = func() { _ = os.RemoveAll(folder) }
	} else if err = os.MkdirAll(folder, 0o700); err != nil {
		return remove, err
	}
	ca, err := newAuthority()
	if err != nil {
		return remove, err
	}
	public, _ := url.Parse(s.PublicURL) // checked before
	names := []string{public.Hostname()}
	for _, address := range []string{s.Addr, s.MTLSAddr, s.AdminAddr} {
		if host, _, err := net.SplitHostPort(address); err == nil {
			names = append(names, host)
		}
	}
	server, err := ca.server(names...)
	if err != nil {
		return remove, err
	}
	client, err := ca.client()
	if err != nil {
		return remove, err
	}
	if err := ca.write(folder, client); err != nil {
		return remove, fmt.Errorf("write certificates: %w", err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{server}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	asking := config.Clone()
	// Any certificate will do: tokens are bound to it, and its issuer is somebody we cannot know.
	asking.ClientAuth = tls.RequireAnyClientCert
	l.main, l.mtls = secured{tls.NewListener(l.main, config)}, secured{tls.NewListener(l.mtls, asking)}
	if l.admin != nil {
		l.admin = secured{tls.NewListener(l.admin, config)}
	}
	l.folder = folder
	return remove, nil
}

// mtlsAddr is where clients with certificates call: the port after the main one,
// unless another is asked for or the system picks.
func (s *serve) mtlsAddr() (string, error) {
	if s.MTLSAddr != "" {
		return s.MTLSAddr, nil
	}
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return "", err
	}
	n, err := net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	if err != nil {
		return "", fmt.Errorf("the port of --addr: %w", err)
	}
	if n != 0 {
		n++
	}
	return net.JoinHostPort(host, strconv.Itoa(n)), nil
}

// portOf is the port that a listener has got; 0 for none.
func portOf(l net.Listener) int {
	if l == nil {
		return 0
	}
	if at, ok := l.Addr().(*net.TCPAddr); ok {
		return at.Port
	}
	return 0
}
