package main

import (
	"fmt"

	"github.com/privacybydesign/irmago/common/clientmodels"
)

// answer grants or refuses what a session asks; she shares the first credentials that satisfy it.
func (o *Orders) answer(state clientmodels.SessionState, granted bool) error {
	payload := clientmodels.SessionPermissionInteractionPayload{Granted: granted}
	if granted {
		choices, satisfiable := firstChoices(state.DisclosurePlan)
		if !satisfiable {
			// The app would send her to an issuer now; a synthetic citizen closes it.
			return o.dismiss(state.Id)
		}
		payload.DisclosureChoices = choices
	}
	return o.yivi.HandleUserInteraction(clientmodels.SessionUserInteraction{
		SessionId: state.Id, Type: clientmodels.UI_Permission, Payload: payload,
	})
}

func firstChoices(plan *clientmodels.DisclosurePlan) ([]clientmodels.DisclosureDisconSelection, bool) {
	choices := []clientmodels.DisclosureDisconSelection{}
	if plan == nil {
		return choices, true
	}
	if plan.IssueDuringDisclosure != nil && plan.DisclosureChoicesOverview == nil {
		return nil, false
	}
	for _, pick := range plan.DisclosureChoicesOverview {
		selection := clientmodels.DisclosureDisconSelection{}
		if len(pick.OwnedOptions) > 0 {
			selection.Credentials = selected(pick.OwnedOptions[0])
		} else if !pick.Optional {
			return nil, false
		}
		choices = append(choices, selection)
	}
	return choices, true
}

func selected(bundle *clientmodels.DisclosureBundle) []clientmodels.SelectedCredential {
	credentials := []clientmodels.SelectedCredential{}
	for _, owned := range bundle.Credentials {
		paths := [][]any{}
		for _, attribute := range owned.Attributes {
			paths = append(paths, attribute.ClaimPath)
		}
		credentials = append(credentials, clientmodels.SelectedCredential{
			CredentialId: owned.CredentialId, CredentialHash: owned.Hash, AttributePaths: paths,
		})
	}
	return credentials
}

// asked lists what she is asked to share, as attribute ids, for the one who drives the wallet to look at.
func asked(state clientmodels.SessionState) []string {
	choices, _ := firstChoices(state.DisclosurePlan)
	ids := []string{}
	for _, choice := range choices {
		for _, credential := range choice.Credentials {
			for _, path := range credential.AttributePaths {
				ids = append(ids, fmt.Sprintf("%s.%v", credential.CredentialId, path[0]))
			}
		}
	}
	return ids
}
