package org.scedit.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubModel;
import org.scedit.core.hub.HubModels;

/** {@code --model}: a folder, a single file, or {@code hub:OWNER/NAME[@REVISION]}. */
final class ModelOption {
    private static final String HUB = "hub:";

    private ModelOption() {}

    /**
     * The model's folder or file; a hub's model that is not in the cache is downloaded.
     *
     * @param text     as given; null for the embedded model
     * @param variant  of the weights that are downloaded
     * @param terminal for the progress
     * @throws UserException if the name is none, or the model cannot be had
     */
    static Path path(String text, Optional<String> variant, Terminal terminal) {
        if (text == null) {
            return Home.embeddedModel();
        }
        return text.startsWith(HUB)
                ? download(text.substring(HUB.length()), variant, "--model", terminal)
                : Path.of(text);
    }

    /**
     * The folder of a hub's model, downloaded if it is not in the cache.
     *
     * @param name    {@code OWNER/NAME[@REVISION]}
     * @param variant of the weights, such as fp16; empty: plain weights where there are some
     * @param option  that it was given in
     */
    static Path download(String name, Optional<String> variant, String option, Terminal terminal) {
        HubModel model;
        try {
            model = HubModel.parse(name);
        } catch (IllegalArgumentException e) {
            throw new UserException(option + ": " + e.getMessage(), e);
        }
        // Ctrl-C simply ends the process here; what has arrived stays
        var watch = new HubModels.Watch(terminal.err(), terminal.interactive(), () -> false);
        return HubModels.ofProcess().locate(model, variant, watch).folder();
    }
}
