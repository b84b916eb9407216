package org.scedit.core.hub;

import java.util.Optional;

/**
 * What the hub's "no" means and what to do about it.
 *
 * @param settings of the hub
 * @param model    that was asked for
 * @param file     of it; empty: the model itself
 */
record Refusal(HubSettings settings, HubModel model, String file) {
    /**
     * @param status of the answer, 4xx
     * @param code   the hub's own word for the reason, {@code X-Error-Code}
     */
    String message(int status, Optional<String> code) {
        String what = "hub model " + model + (file.isEmpty() ? "" : ", file " + file) + ": ";
        String page = settings.endpoint() + "/" + model.name();
        if (code.equals(Optional.of("GatedRepo"))) {
            return what + "is gated; accept its terms at " + page + ", then " + token();
        }
        return switch (status) {
            case 401 ->
                what + "the hub answers 401: there is no such model, or it is private or gated; see whether " + page
                        + " exists, and " + token();
            case 403 ->
                what + "the hub answers 403: reading it is not allowed; ask for access at " + page + ", and " + token();
            case 404 -> what + missing(code) + " (404)";
            default ->
                what + "the hub answers " + status + ", which scedit does not know; try again later, or download"
                        + " the model otherwise and give its folder as path";
        };
    }

    private String missing(Optional<String> code) {
        if (!file.isEmpty()) {
            return "there is no such file in this revision";
        }
        if (code.equals(Optional.of("RevisionNotFound"))) {
            return "has no revision '" + model.pinned().orElse(model.revision()) + "'; its branches and tags are at "
                    + settings.endpoint() + "/" + model.name() + "/tree/main";
        }
        return "there is no such model or revision; check both names at " + settings.endpoint() + "/" + model.name();
    }

    private String token() {
        return settings.token().isPresent()
                ? "check that your token (HF_TOKEN, or the token file) is valid and may read it"
                : "give a token that may read it in HF_TOKEN";
    }
}
