package org.scedit.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.core.recipe.RecipeFolder.LoraConfig;
import org.scedit.core.recipe.RecipeFolder.ScTunerConfig;

class SettingDescriptionTest {
    @Test
    void tellsTypeDefaultRangeAndMeaning() {
        assertThat(SettingDescription.of(ScTunerConfig.class))
                .containsExactly(
                        new SettingDescription(
                                "down_ratio", "number", "1.0", "above 0 and at most 4", "hidden width / skip channels"),
                        new SettingDescription(
                                "skips",
                                "list of whole numbers",
                                "[]",
                                "at least 0",
                                "indices of the skips; empty = all"),
                        new SettingDescription("activation", "gelu, leaky-relu", "gelu", "", "of the bottleneck"));
        assertThat(SettingDescription.of(LoraConfig.class))
                .containsExactly(new SettingDescription(
                        "rank", "whole number", "required", "from 1 to 512", "rank of the update"));
    }

    @Test
    void everyKeyOfARecipeCanBeDescribed() {
        List<Class<? extends Record>> blocks = List.of(
                Recipe.class,
                Recipe.Model.class,
                Recipe.ScenesData.class,
                Recipe.FolderData.class,
                Recipe.Validation.class,
                Recipe.Train.class,
                Recipe.Sample.class,
                Recipe.Evaluate.class,
                Recipe.Variations.class,
                Recipe.Features.class);
        assertThat(blocks.stream()
                        .mapToInt(block -> SettingDescription.of(block).size())
                        .sum())
                .isEqualTo(92);
        assertThat(SettingDescription.ofEveryTuner())
                .extracting(SettingDescription::key)
                .containsExactly("use", "name", "scale", "weights", "merge");
        assertThat(SettingDescription.ofEveryCondition())
                .extracting(SettingDescription::key)
                .containsExactly("use", "name", "dropout");
        assertThat(SettingDescription.ofEveryMeasure())
                .extracting(SettingDescription::key)
                .containsExactly("use", "name", "condition", "count");
    }
}
