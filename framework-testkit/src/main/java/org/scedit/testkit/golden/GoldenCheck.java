package org.scedit.testkit.golden;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What is done with a case; chosen by the name of its folder. */
@FunctionalInterface
interface GoldenCheck {
    /** No case of this name is known. */
    GoldenCheck UNKNOWN = goldenCase -> {
        throw new IllegalStateException("unknown: " + goldenCase.name());
    };

    /** A name that begins so is checked so; the first that fits decides. */
    List<Map.Entry<String, GoldenCheck>> RULES = List.of(
            Map.entry("unet-", new UNetCheck()),
            Map.entry("vae", new AutoencoderCheck()),
            Map.entry("text-", new TextEncoderCheck()),
            Map.entry("tokenizer", new TokenizerCheck()),
            Map.entry("sc-tuner", new ScTunerCheck()),
            Map.entry("csc-tuner", new CscTunerCheck()),
            Map.entry("lora-", new LayerTunerCheck("lora")),
            Map.entry("loha-", new LayerTunerCheck("loha")),
            Map.entry("lokr-", new LayerTunerCheck("lokr")),
            Map.entry("ia3", new LayerTunerCheck("ia3")),
            Map.entry("controlnet", new ControlNetCheck()),
            Map.entry("t2i-adapter", new T2iAdapterCheck()),
            Map.entry("schedulers/", new SamplerCheck()),
            Map.entry("training/sc-", new TrainingCheck()),
            Map.entry("training/lora-", new TrainingCheck()),
            Map.entry("training/lr_tables", new LearningRateTables()),
            Map.entry("training/ema_tables", new EmaTables()),
            Map.entry("pipeline", new PipelineCheck()));

    /** @throws AssertionError if an output differs or a file is missing */
    void check(GoldenCase goldenCase) throws IOException;

    static GoldenCheck of(String name) {
        return RULES.stream()
                .filter(rule -> name.startsWith(rule.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(UNKNOWN);
    }
}
