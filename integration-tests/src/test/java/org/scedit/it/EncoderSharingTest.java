package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.core.hook.EncoderSharing;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.testkit.TinyUNet;

/** Which tuners leave the U-Net's way down alone: what they edit decides it. */
class EncoderSharingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sc-tuner   | {}                                    |",
                "csc-tuner  | {condition: edges}                    |",
                "lora       | {targets: ['up_blocks.*.to_q'], rank: 2}|",
                "lora       | {targets: ['to_q'], rank: 2}          | edits layers of the encoder, such as down_blocks.0.",
                "full       | {parameters: ['up_blocks.*']}         | trains the U-Net's own weights",
                "controlnet | {condition: edges}                    | adds to the output of mid_block",
                "t2i-adapter| {condition: edges}                    | adds to the output of down_blocks.0",
            })
    void aTunerSharesTheWayDownThatItDoesNotEdit(String method, String settings, String reason) {
        var unet = new UNet(ConfigFile.of(Path.of("tiny"), TinyUNet.config()));
        try (PluginCatalogue plugins = PluginCatalogue.ofClassPath()) {
            var provider = plugins.tuners().get(method);
            Record config = TunerSettings.read(settings, provider, "the test");
            try (TunerInstance tuner = TunerInstance.create(method, provider, config, unet, 1)) {
                var why = EncoderSharing.whyNot(tuner.tuner());
                if (reason == null) {
                    assertThat(why).isEmpty();
                } else {
                    assertThat(why.orElseThrow()).startsWith(reason);
                }
            }
        }
    }
}
