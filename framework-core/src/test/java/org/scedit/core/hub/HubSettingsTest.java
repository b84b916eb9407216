package org.scedit.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.core.UserException;

class HubSettingsTest {
    @TempDir
    private Path home;

    private HubSettings with(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return HubSettings.of(environment, home);
    }

    @Test
    void withoutVariablesItIsTheUsualHubAndCache() {
        HubSettings usual = with();
        assertThat(usual.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        assertThat(usual.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(usual.token()).isEmpty();
        assertThat(usual.offline()).isFalse();
        assertThat(usual.links()).isTrue();
        assertThat(usual.timeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({
        "XDG_CACHE_HOME, /xdg, HF_TOKEN, t, /xdg/huggingface/hub",
        "XDG_CACHE_HOME, /xdg, HF_HOME, /hf, /hf/hub",
        "HF_HOME, /hf, HF_HUB_CACHE, /hub, /hub",
        "HF_HOME, /hf, HUGGINGFACE_HUB_CACHE, /old, /old",
        "HUGGINGFACE_HUB_CACHE, /old, HF_HUB_CACHE, /hub, /hub",
        "DISK, /disk, HF_HOME, $DISK/hf, /disk/hf/hub",
        "DISK, /disk, HF_HUB_CACHE, ${DISK}/hub, /disk/hub",
        "HF_HOME, /hf, HF_HUB_CACHE, '', /hf/hub"
    })
    void theCacheIsWhereTheNearestVariableSays(String one, String its, String other, String others, Path cache) {
        assertThat(with(one, its, other, others).cache()).isEqualTo(cache);
    }

    @Test
    void aTildeIsTheUsersHome() {
        assertThat(with("HF_HUB_CACHE", "~/hub").cache()).isEqualTo(home.resolve("hub"));
    }

    @Test
    void theTokenIsTheVariablesOrTheFiles() throws IOException {
        Files.createDirectories(home.resolve("hf"));
        Files.writeString(home.resolve("hf/token"), "of-file\n");
        Files.writeString(home.resolve("other"), "of-other");
        String hf = home.resolve("hf").toString();
        assertThat(with("HF_HOME", hf).token()).contains("of-file");
        assertThat(with("HF_HOME", hf, "HF_TOKEN_PATH", home.resolve("other").toString())
                        .token())
                .contains("of-other");
        assertThat(with("HF_HOME", hf, "HF_TOKEN", " of-variable ").token()).contains("of-variable");
        assertThat(with("HF_HOME", hf, "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").token())
                .isEmpty();
    }

    @Test
    void offlineEndpointAndTimeoutAreRead() {
        assertThat(with("HF_HUB_OFFLINE", "1").offline()).isTrue();
        assertThat(with("HF_HUB_OFFLINE", "yes").offline()).isTrue();
        assertThat(with("HF_HUB_OFFLINE", "0").offline()).isFalse();
        assertThat(with("TRANSFORMERS_OFFLINE", "true").offline()).isTrue();
        assertThat(with("HF_HUB_OFFLINE", "0", "TRANSFORMERS_OFFLINE", "1").offline())
                .isFalse();
        assertThat(with("HF_ENDPOINT", "http://mirror:8080/hf/").endpoint())
                .isEqualTo(URI.create("http://mirror:8080/hf"));
        assertThat(with("HF_HUB_DOWNLOAD_TIMEOUT", "30").timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(with("HF_HUB_DISABLE_SYMLINKS", "1").links()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HF_ENDPOINT | mirror | HF_ENDPOINT must be a web address, such as https://huggingface.co, got 'mirror'
            HF_HUB_DOWNLOAD_TIMEOUT | soon | HF_HUB_DOWNLOAD_TIMEOUT must be a whole number of seconds from 1 on, got 'soon'
            """)
    void whatMakesNoSenseIsTold(String variable, String value, String message) {
        assertThatThrownBy(() -> with(variable, value))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }

    @Test
    void theTokenIsNotPrinted() {
        assertThat(with("HF_TOKEN", "hf_secret"))
                .asString()
                .contains("with a token")
                .doesNotContain("hf_secret");
    }

    @Test
    void aTokenThatIsNoneIsNotRepeatedInTheMessage() {
        assertThatThrownBy(() -> with("HF_TOKEN", "hf_a hf_b"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds a blank")
                .hasMessageNotContaining("hf_a");
    }
}
