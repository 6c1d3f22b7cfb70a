package suites

// bearing is how the client bears each scenario.
func (h uaeHub) bearing() map[string]bearing { return map[string]bearing{} }
