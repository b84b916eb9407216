package org.scedit.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.scedit.core.model.ConfigFile;

class ModelFilesTest {
    private static final String PLAIN = "unet/diffusion_pytorch_model.safetensors";
    private static final String HALF = "unet/diffusion_pytorch_model.fp16.safetensors";

    /** Of a model with nothing but a U-Net. */
    private static ModelFiles files(String variant, String... weights) {
        var index = ConfigFile.of(
                Path.of("model_index.json"),
                JsonParser.parseString("{\"unet\": [\"diffusers\", \"UNet2DConditionModel\"], \"vae\": [null, null]}")
                        .getAsJsonObject());
        List<String> offered = new ArrayList<>(List.of(weights));
        offered.add("model_index.json");
        offered.add("unet/config.json");
        return new ModelFiles(index, offered, Optional.ofNullable(variant));
    }

    private static List<String> weights(String variant, String... offered) {
        List<String> needed = files(variant, offered).needed();
        assertThat(needed).startsWith("model_index.json", "unet/config.json");
        return needed.subList(2, needed.size());
    }

    @Test
    void plainWeightsAreTakenUnlessAVariantIsAskedFor() {
        assertThat(weights(null, PLAIN, HALF)).containsExactly(PLAIN);
        assertThat(weights("fp16", PLAIN, HALF)).containsExactly(HALF);
    }

    @Test
    void whatIsThereIsTakenWhereTheOtherIsNot() {
        assertThat(weights(null, HALF)).containsExactly(HALF);
        assertThat(weights("fp16", PLAIN)).containsExactly(PLAIN);
    }

    @Test
    void shardsComeWithTheirIndexAndAllOfThem() {
        var files = files(
                null,
                "unet/diffusion_pytorch_model.safetensors.index.json",
                "unet/diffusion_pytorch_model-00001-of-00003.safetensors",
                "unet/diffusion_pytorch_model-00003-of-00003.safetensors");
        assertThat(files.needed())
                .contains(
                        "unet/diffusion_pytorch_model.safetensors.index.json",
                        "unet/diffusion_pytorch_model-00001-of-00003.safetensors",
                        "unet/diffusion_pytorch_model-00002-of-00003.safetensors",
                        "unet/diffusion_pytorch_model-00003-of-00003.safetensors");
        assertThat(files.missing()).containsExactly("unet/diffusion_pytorch_model-00002-of-00003.safetensors");
    }

    @Test
    void shardsOfAVariantAreFoundInBothOrdersOfTheirName() {
        String index = "unet/diffusion_pytorch_model.safetensors.index.fp16.json";
        String before = "unet/diffusion_pytorch_model.fp16-00001-of-00001.safetensors";
        String behind = "unet/diffusion_pytorch_model-00001-of-00001.fp16.safetensors";
        assertThat(weights("fp16", PLAIN, index, before)).containsExactly(index, before);
        assertThat(weights("fp16", PLAIN, index, behind)).containsExactly(index, behind);
        assertThat(weights(null, index, behind)).containsExactly(index, behind);
    }

    @Test
    void withoutWeightsThePlainOnesAreMissing() {
        assertThat(files(null, "unet/diffusion_pytorch_model.bin").missing()).containsExactly(PLAIN);
        assertThat(files("fp16", "unet/diffusion_pytorch_model.bin").missing()).containsExactly(HALF);
    }
}
