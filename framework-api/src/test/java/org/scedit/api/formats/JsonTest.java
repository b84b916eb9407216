package org.scedit.api.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void valuesAreReadInTheTextsOrder() {
        Map<String, Object> object = Json.object("""
            {"r": 8, "scale":-1.5e-3, "none": null, "on": true , "off":false,
             "text": "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9é", "list": [1, [], {}], "map": {"": {"x": "y"}}}
            """);

        assertThat(object.keySet()).containsExactly("r", "scale", "none", "on", "off", "text", "list", "map");
        assertThat(object.values())
                .containsExactly(
                        8.0,
                        -0.0015,
                        null,
                        true,
                        false,
                        "a\"\\/\b\f\n\r\téé",
                        List.of(1.0, List.of(), Map.of()),
                        Map.of("", Map.of("x", "y")));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("number", 0.1);
        object.put("none", null);
        object.put("text", "\"\\\u0001\né");
        object.put("list", Arrays.asList(true, null, List.of(), Map.of()));
        object.put("map", Map.of("k", 1e300));

        assertThat(Json.object(Json.write(object))).isEqualTo(object);
    }

    @Test
    void itIsWrittenOnLinesOfItsOwn() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("r", 8);
        object.put("alpha", 16.0);
        object.put("targets", List.of("to_q", "to_v"));
        object.put("rank_pattern", Map.of());

        assertThat(Json.write(object)).isEqualTo("""
            {
              "r": 8,
              "alpha": 16,
              "targets": [
                "to_q",
                "to_v"
              ],
              "rank_pattern": {}
            }
            """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``            | expected '{' at character 0",
                "[]            | expected '{' at character 0",
                "{             | expected '\"' at character 1",
                "{\"a\" 1}     | expected ':' at character 5",
                "{\"a\": }     | expected a value at character 6",
                "{\"a\": nul}  | expected a value at character 6",
                "{\"a\": 01x}  | expected a value at character 6",
                "{\"a\": NaN}  | expected a value at character 6",
                "{\"a\": 1 2}  | expected ',' at character 8",
                "{\"a\": 1,}   | expected '\"' at character 8",
                "{\"a\": [1,]} | expected a value at character 9",
                "{\"a\": \"b}  | expected a closing quote at character 9",
                "{\"a\": \"\\x\"} | expected an escape that JSON has at character 9",
                "{\"a\": \"\\u12\"} | expected an escape that JSON has at character 9",
                "{\"a\": 1} 2  | expected the end at character 9",
                "{\"a\": 1, \"a\": 2} | expected each key once, and 'a' is there twice at character 13",
            })
    void whatIsNoObjectIsRefusedWithThePlace(String text, String message) {
        assertThatThrownBy(() -> Json.object(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("is no JSON object: " + message);
    }

    @Test
    void endlessBracketsAreRefused() {
        assertThatThrownBy(() -> Json.object("{\"a\": " + "[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("is no JSON object: expected at most 64 brackets in each other at character 71");
    }
}
