package uae

// eventRC1 is what rc1's guide prints of an event. Its metadata is called otherwise
// from v1.1 on, and the links are gone.
type eventRC1 struct {
	Data      any
	Links     selfLink
	EventMeta eventMeta
}

// tellRC1 words a change of a policy as the guide prints it, with the prefix that
// the same draft dropped elsewhere: an event of a consent has none.
func tellRC1(x change) any {
	meta := x.meta("insurance-consents", resourceUpdated)
	if x.policy == nil {
		return eventRC1{Data: x.consent.dataRC1(), Links: selfLink{x.consent.self()}, EventMeta: meta}
	}
	meta.EventResource, meta.EventType = "insurance-policies", "UAEOF."+resourceUpdated
	self := x.consent.Base + resourceMount(x.consent.Edition) + policiesRC1 + "/" + x.policy.ID
	return eventRC1{Data: x.policy.rc1(), Links: selfLink{self}, EventMeta: meta}
}
