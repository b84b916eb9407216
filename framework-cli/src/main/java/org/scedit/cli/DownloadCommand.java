package org.scedit.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Downloads a hub's model into the cache. */
@Command(
        name = "download",
        sortOptions = false,
        description = {
            "Downloads a model of a hub into the cache that Hugging Face's tools share, and prints its folder.",
            "",
            "Only what is missing is downloaded, and only what is needed here: configuration, tokenizers and"
                    + " safetensors weights. HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN and HF_HUB_OFFLINE are read as"
                    + " by those tools.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit download stable-diffusion-v1-5/stable-diffusion-v1-5",
            "  scedit download OWNER/NAME --revision v2.0",
            "  scedit inspect $(scedit download OWNER/NAME)"
        })
final class DownloadCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "OWNER/NAME", description = "The model's name in the hub.")
    private String name;

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            defaultValue = "main",
            description = "Branch, tag or commit; default: ${DEFAULT-VALUE}.")
    private String revision;

    @Mixin
    private VariantOption variant;

    DownloadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println(ModelOption.download(name + "@" + revision, variant.name(), "OWNER/NAME", terminal));
        return 0;
    }
}
