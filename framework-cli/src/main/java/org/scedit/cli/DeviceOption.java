package org.scedit.cli;

import org.scedit.core.engine.DeviceChoice;
import org.scedit.core.engine.Torch;
import picocli.CommandLine.Option;

/** {@code --device}. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "Where to compute: auto (on a CUDA device if there is one), cpu or cuda; default:"
                    + " ${DEFAULT-VALUE}.")
    private DeviceChoice choice;

    /** As given. */
    DeviceChoice choice() {
        return choice;
    }

    /** From here on all is computed there. */
    void use() {
        Torch.use(choice);
    }
}
