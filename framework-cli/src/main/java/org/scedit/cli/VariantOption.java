package org.scedit.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --variant}. */
final class VariantOption {
    @Option(
            names = "--variant",
            paramLabel = "NAME",
            description =
                    "Which of a model folder's weights, such as fp16 for unet/diffusion_pytorch_model.fp16.safetensors;"
                            + " default: those without a variant, or fp16 where there are none.")
    private Optional<String> name = Optional.empty();

    /** As given. */
    Optional<String> name() {
        return name;
    }
}
