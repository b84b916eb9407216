package org.scedit.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeDifferenceTest {
    @TempDir
    Path temporary;

    @Test
    void namesEveryKeyThatDiffers() throws IOException {
        var folder = RecipeFolder.in(temporary);
        String before = folder.read("good.yaml").resolved();
        String now = folder.read(
                        "good.yaml",
                        "train.epochs=2",
                        "data.styles=[dots]",
                        "tuners=[{use: sc-tuner, skips: [0]}, {use: lora, rank: 4}]")
                .resolved();
        assertThat(RecipeDifference.between(before, before)).isEmpty();
        assertThat(RecipeDifference.between(before, now))
                .containsExactly(
                        "tuners: 1 entry before, 2 entries now",
                        "tuners[0].skips: [] before, [0] now",
                        "data.styles: [stripes] before, [dots] now",
                        "train.steps: 300 before, not set now",
                        "tuners[1].use: not set before, lora now",
                        "tuners[1].name: not set before, lora now",
                        "tuners[1].scale: not set before, 1.0 now",
                        "tuners[1].merge: not set before, false now",
                        "tuners[1].rank: not set before, 4 now",
                        "train.epochs: not set before, 2 now");
    }
}
