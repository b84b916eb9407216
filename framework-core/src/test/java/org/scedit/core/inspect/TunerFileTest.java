package org.scedit.core.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.hub.HubModel;
import org.scedit.core.weights.SafetensorsWriter;

class TunerFileTest {
    @TempDir
    private Path folder;

    private TunerFile ofRecipe(String recipe) {
        Path file = folder.resolve("tuner.safetensors");
        SafetensorsWriter.write(
                file, Map.of("w", SafetensorsWriter.Tensor.f16(new float[1], 1)), Map.of("scedit.recipe", recipe));
        return TunerFile.open(file);
    }

    @Test
    void theBaseModelIsTheOneOfTheRecipe() {
        String commit = "0123456789abcdef0123456789abcdef01234567";
        TunerFile ofHub = ofRecipe("model:\n  hub: owner/name\n  revision: v2\n  commit: \"" + commit + "\"\n");
        assertThat(ofHub.hubModel()).contains(new HubModel("owner/name", "v2", Optional.of(commit)));
        assertThat(ofHub.model()).isEmpty();
        TunerFile ofFolder = ofRecipe("model: {path: \"" + folder + "\"}");
        assertThat(ofFolder.model()).contains(folder);
        assertThat(ofFolder.hubModel()).isEmpty();
    }

    @Test
    void aRecipeThatNamesNoModelNamesNone() {
        for (String recipe :
                new String[] {"", "model: x", "model: {hub: 3}", "model: {hub: ../..}", "model: {path: gone}", "{"}) {
            assertThat(ofRecipe(recipe).model()).isEmpty();
            assertThat(ofRecipe(recipe).hubModel()).isEmpty();
        }
    }
}
