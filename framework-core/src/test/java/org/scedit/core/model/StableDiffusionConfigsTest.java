package org.scedit.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.SkipPoint;
import org.scedit.core.UserException;

/** The configurations of the published models, and how many numbers their weights are said to have. */
class StableDiffusionConfigsTest {
    @ParameterizedTest
    @CsvSource({
        "sd15-unet.json, 859520964",
        "sd15-inpainting-unet.json, 859535364", // and 5 channels · 3 · 3 · 320 more
        "sd21-unet.json, 865910724",
        "sdxl-unet.json, 2567463684"
    })
    void aUNetHasAsManyParametersAsThePublishedOne(String file, long parameters) {
        assertThat(new UNet(config(file)).parameters().count()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource({
        "sd15-text-encoder.json, 123060480",
        "sd21-text-encoder.json, 340387840",
        "sdxl-text-encoder-2.json, 694659840"
    })
    void aTextEncoderHasAsManyParametersAsThePublishedOne(String file, long parameters) {
        assertThat(new TextEncoder(config(file)).parameters().count()).isEqualTo(parameters);
    }

    @Test
    void anAutoencoderHasAsManyParametersAsThePublishedOne() {
        var autoencoder = new Autoencoder(config("sdxl-vae.json"));
        assertThat(autoencoder.parameters().count()).isEqualTo(83_653_863);
        assertThat(autoencoder.scalingFactor()).isEqualTo(0.13025);
        assertThat(autoencoder.downsampling()).isEqualTo(8);
    }

    @Test
    void stableDiffusionXlHasThePapersNineSkips() {
        assertThat(new UNet(config("sdxl-unet.json")).layout().skips())
                .extracting(SkipPoint::channels)
                .containsExactly(1280, 1280, 640, 640, 640, 320, 320, 320, 320);
    }

    @Test
    void stableDiffusionXlTakesPooledTextOfItsSecondEncodersWidth() {
        assertThat(new UNet(config("sdxl-unet.json")).pooledChannels())
                .isEqualTo(new TextEncoder(config("sdxl-text-encoder-2.json")).pooledWidth());
        assertThat(new UNet(config("sd21-unet.json")).pooledChannels()).isZero();
    }

    @Test
    void depthsCanBeGivenForEachTransformerOfABlock() {
        UNet unet = changed("sdxl-unet.json", "transformer_layers_per_block", "[0, [2, 1], 4]");
        assertThat(unet.parameters().shapes())
                .containsKey("down_blocks.1.attentions.0.transformer_blocks.1.norm1.weight")
                .doesNotContainKey("down_blocks.1.attentions.1.transformer_blocks.1.norm1.weight")
                .containsKey("mid_block.attentions.0.transformer_blocks.3.norm1.weight")
                .containsKey("up_blocks.0.attentions.2.transformer_blocks.3.norm1.weight")
                .containsKey("up_blocks.1.attentions.2.transformer_blocks.2.norm1.weight")
                .doesNotContainKey("up_blocks.1.attentions.1.transformer_blocks.1.norm1.weight");
    }

    @Test
    void depthsOfTheEncoderAloneAreRefused() {
        ConfigFile config = config("sdxl-unet.json");
        config.values().add("transformer_layers_per_block", JsonParser.parseString("[1, [2, 1], 4]"));
        assertThatThrownBy(() -> new UNet(config))
                .isInstanceOf(UserException.class)
                .hasMessage("sdxl-unet.json: 'transformer_layers_per_block' has a list for a block, which needs "
                        + "'reverse_transformer_layers_per_block' for the decoder, as diffusers writes it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "only_cross_attention | true | false",
                "num_class_embeds | 1000 | none",
                "time_cond_proj_dim | 256 | none",
                "addition_embed_type | \"image\" | none, text_time"
            })
    void whatWouldComputeSomethingElseIsRefusedByName(String key, String value, String supported) {
        assertThatThrownBy(() -> changed("sd21-unet.json", key, value))
                .isInstanceOf(UserException.class)
                .hasMessage("sd21-unet.json: '" + key + "' is " + value.replace("\"", "") + ", which is not supported; "
                        + "supported: " + supported);
    }

    @Test
    void latentsWithAMeanOfTheirOwnAreRefused() {
        ConfigFile config = config("sdxl-vae.json");
        config.values().add("latents_mean", JsonParser.parseString("[1.5, 0, 0, 0]"));
        assertThatThrownBy(() -> new Autoencoder(config))
                .isInstanceOf(UserException.class)
                .hasMessage("sdxl-vae.json: 'latents_mean' is [1.5,0,0,0], which is not supported; supported: none");
    }

    private static UNet changed(String file, String key, String value) {
        ConfigFile config = config(file);
        config.values().add(key, JsonParser.parseString(value));
        if (key.equals("transformer_layers_per_block")) {
            config.values().add("reverse_transformer_layers_per_block", JsonParser.parseString("[4, [1, 1, 3], 0]"));
        }
        return new UNet(config);
    }

    private static ConfigFile config(String file) {
        String place = file.endsWith("-unet.json") ? "/org/scedit/core/bench/" + file : file;
        Reader reader = new InputStreamReader(
                StableDiffusionConfigsTest.class.getResourceAsStream(place), StandardCharsets.UTF_8);
        JsonElement values = JsonParser.parseReader(reader);
        return ConfigFile.of(Path.of(file), values.getAsJsonObject());
    }
}
