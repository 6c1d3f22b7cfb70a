package catalog

import (
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/allianz"
	"github.com/understudy-sandbox/understudy/mocks/bima"
	"github.com/understudy-sandbox/understudy/mocks/lifeishard"
	"github.com/understudy-sandbox/understudy/mocks/oneassure"
	"github.com/understudy-sandbox/understudy/mocks/uae"
)

// All lists every insurer, in the order in which people are shown them.
func All() []mocks.Insurer {
	return []mocks.Insurer{
		allianz.Insurer(),
		uae.Insurer(),
		oneassure.Insurer(),
		lifeishard.Insurer(),
		bima.Insurer(),
	}
}
