package uae

import "net/url"

// eventV12 is closed.
type eventV12 struct {
	Data any
	Meta eventMeta
}

// tellV12 words a change. That a policy's is told at all is the rc1 guide's alone,
// so its words in this version are inferred.
func tellV12(x change) any {
	if x.policy == nil {
		return eventV12{Data: x.consent.dataV12(), Meta: x.meta("/insurance-consents/"+url.PathEscape(x.consent.ID), resourceUpdated)}
	}
	return eventV12{Data: x.policy.v12(), Meta: x.meta(policiesV12+"/"+x.policy.ID, resourceUpdated)}
}
