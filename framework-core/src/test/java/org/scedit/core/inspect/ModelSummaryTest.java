package org.scedit.core.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.scedit.api.SkipPoint;

class ModelSummaryTest {
    private static final Path EMBEDDED = Path.of("../models/embedded");

    @Test
    void theEmbeddedModelHasSixSkips() {
        ModelSummary model = ModelSummary.read(EMBEDDED);
        assertThat(model.config()).isEqualTo(EMBEDDED.resolve("unet/config.json"));
        assertThat(model.unet().layout().skips())
                .hasSize(6)
                .first()
                .isEqualTo(new SkipPoint(0, 5, 160, 4, "up_blocks.0.resnets.0"));
        assertThat(model.autoencoder()).isPresent();
        assertThat(model.textEncoder()).isPresent();
        assertThat(model.textEncoder2()).isEmpty();
    }

    @Test
    void aUnetFolderOrItsConfigurationIsEnough() {
        ModelSummary whole = ModelSummary.read(EMBEDDED);
        for (String part : new String[] {"unet", "unet/config.json"}) {
            ModelSummary unet = ModelSummary.read(EMBEDDED.resolve(part));
            assertThat(unet.unet().layout()).isEqualTo(whole.unet().layout());
            assertThat(unet.textEncoder()).isEmpty();
        }
    }
}
