package org.scedit.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.Parameters;
import org.scedit.api.Setting;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.UserException;

/** Settings that are numbers by name. */
class MapSettingsTest {
    record PatternConfig(
            @Setting(value = "ranks of some layers", defaultsTo = "{}", min = 1, max = 512)
            Map<String, Integer> rankPattern,

            @Setting(value = "alphas of some layers", defaultsTo = "{mid: 0.5}", min = 0, aboveMin = true)
            Map<String, Double> alphaPattern) {}

    private static final class Provider implements TunerProvider<PatternConfig> {
        @Override
        public String id() {
            return "pattern";
        }

        @Override
        public String summary() {
            return "numbers by name";
        }

        @Override
        public Class<PatternConfig> configType() {
            return PatternConfig.class;
        }

        @Override
        public Tuner create(PatternConfig config, UNetLayout unet, Parameters parameters) {
            throw new UnsupportedOperationException("settings are only read here");
        }
    }

    private static PatternConfig read(String yaml) {
        return (PatternConfig) TunerSettings.read(yaml, new Provider(), "tuner.yaml");
    }

    @Test
    void theyAreReadInTheOrderWritten() {
        PatternConfig config = read("{rank_pattern: {to_q: 8, 'up_blocks.*.to_k': 1_6, ff.net.2: 4}}");
        assertThat(config.rankPattern())
                .containsExactly(Map.entry("to_q", 8), Map.entry("up_blocks.*.to_k", 16), Map.entry("ff.net.2", 4));
    }

    @Test
    void leftOutTheyAreTheDefault() {
        assertThat(read("{}")).isEqualTo(new PatternConfig(Map.of(), Map.of("mid", 0.5)));
    }

    @Test
    void theyAreWrittenOnOneLineAndReadBack() {
        Map<String, Double> alphas = new LinkedHashMap<>();
        alphas.put("to_out.0", 2.0);
        alphas.put("*.attn2.*", 1e-5);
        alphas.put("no", 0.25);
        var config = new PatternConfig(Map.of(), alphas);
        String yaml = TunerSettings.write(config);
        assertThat(yaml)
                .isEqualTo("{rank_pattern: {}, alpha_pattern: {to_out.0: 2.0, \"*.attn2.*\": 1.0e-5, \"no\": 0.25}}");
        assertThat(read(yaml)).isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{rank_pattern: 8} | 1:2 | rank_pattern must be numbers by name, such as {one: 1}, got '8'",
                "{rank_pattern: [8]} | 1:2 | rank_pattern must be numbers by name, such as {one: 1}, got a list",
                "{alpha_pattern: on} | 1:2 | alpha_pattern must be numbers by name, such as {one: 0.5}, got 'on'",
                "{rank_pattern: {to_q: 0}} | 1:17 | rank_pattern.to_q must be from 1 to 512, got 0",
                "{rank_pattern: {to_q: 2.5}} | 1:17 | rank_pattern.to_q must be a whole number, got '2.5'",
                "{rank_pattern: {to_q: 2.0}} | 1:17 | rank_pattern.to_q must be a whole number, got '2.0'; write 2",
                "{rank_pattern: {to_q: {a: 1}}} | 1:17 | rank_pattern.to_q must be a whole number, got a block of keys",
                "{rank_pattern: {to_q: }} | 1:17 | rank_pattern.to_q has no value; give one or remove the key",
                "{alpha_pattern: {to_q: -1}} | 1:18 | alpha_pattern.to_q must be positive, got -1",
                "{rank_pattern: {a: 1, a: 2}} | 1:23 | duplicate key 'a', first given at line 1; keep one",
                "{rank_patern: {a: 1}} | 1:2 | unknown key 'rank_patern'; did you mean 'rank_pattern'?",
            })
    void whatIsWrongIsToldAtItsPlace(String yaml, String place, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("tuner.yaml:" + place)
                .hasMessageContaining(message)
                .hasMessageEndingWith("1 problem, nothing was loaded");
    }

    @Test
    void listingsTellTheirTypeAndTheRangeOfTheNumbers() {
        assertThat(SettingDescription.of(PatternConfig.class))
                .containsExactly(
                        new SettingDescription(
                                "rank_pattern", "whole numbers by name", "{}", "from 1 to 512", "ranks of some layers"),
                        new SettingDescription(
                                "alpha_pattern", "numbers by name", "{mid: 0.5}", "positive", "alphas of some layers"));
    }
}
