package oneassure

// listedProposer is who bought a policy, in the order of the list's sample: flat as
// in both samples, whatever the table of the list says of a nested address and bank.
type listedProposer struct {
	AddressLine1      string  `json:"address_line_1"`
	AddressLine2      *string `json:"address_line_2"`
	City              string  `json:"city"`
	State             string  `json:"state"`
	Country           string  `json:"country"`
	Pincode           string  `json:"pincode"`
	DOB               string  `json:"dob"`
	Email             *string `json:"email"`
	Name              string  `json:"name"`
	Phone             string  `json:"phone"`
	BankID            *string `json:"bank_id"`
	BankAccountNumber *string `json:"bank_account_number"`
	BankName          *string `json:"bank_name"`
	BranchID          *string `json:"branch_id"`
	BranchName        *string `json:"branch_name"`
	IFSCCode          *string `json:"ifsc_code"`
}

// foundProposer is in the order of the sample of a look-up.
type foundProposer struct {
	AddressLine1      string  `json:"address_line_1"`
	AddressLine2      *string `json:"address_line_2"`
	DOB               string  `json:"dob"`
	Email             *string `json:"email"`
	Name              string  `json:"name"`
	Phone             string  `json:"phone"`
	Pincode           string  `json:"pincode"`
	BankID            *string `json:"bank_id"`
	BankAccountNumber *string `json:"bank_account_number"`
	BankName          *string `json:"bank_name"`
	BranchID          *string `json:"branch_id"`
	BranchName        *string `json:"branch_name"`
	IFSCCode          *string `json:"ifsc_code"`
	City              string  `json:"city"`
	State             string  `json:"state"`
	Country           string  `json:"country"`
}

func listed(v visitor) listedProposer {
	p := listedProposer{
		AddressLine1: v.Address.Line1, AddressLine2: v.Address.Line2, City: v.Address.City, State: v.Address.State, Country: "India",
		Pincode: v.Address.Pincode, DOB: v.Person.Born, Email: v.Email, Name: v.Person.Name, Phone: v.Phone,
	}
	if b := v.Bank; b != nil {
		p.BankID, p.BankAccountNumber, p.BankName = &b.ID, &b.Account, &b.Name
		p.BranchID, p.BranchName, p.IFSCCode = &b.BranchID, &b.BranchName, &b.IFSC
	}
	return p
}

func found(v visitor) foundProposer {
	p := listed(v)
	return foundProposer{
		AddressLine1: p.AddressLine1, AddressLine2: p.AddressLine2, DOB: p.DOB, Email: p.Email, Name: p.Name, Phone: p.Phone,
		Pincode: p.Pincode, BankID: p.BankID, BankAccountNumber: p.BankAccountNumber, BankName: p.BankName,
		BranchID: p.BranchID, BranchName: p.BranchName, IFSCCode: p.IFSCCode, City: p.City, State: p.State, Country: p.Country,
	}
}
