package org.scedit.testkit.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.scedit.core.text.ClipTokenizer;

/** Strings to ids, padded with the end mark (SD 1.x) and with id 0 (SD 2.x). */
final class TokenizerCheck implements GoldenCheck {
    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        JsonObject cases = goldenCase.json("cases.json");
        Path folder = goldenCase.file("");
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        goldenCase.equal(
                "vocabulary",
                tokenizer.vocabularySize(),
                cases.get("vocab_size").getAsInt());
        goldenCase.equal("end mark", tokenizer.endId(), cases.get("eos").getAsLong());
        ClipTokenizer zeroPadded = zeroPadded(goldenCase);
        for (JsonElement element : cases.getAsJsonArray("cases")) {
            JsonObject expected = element.getAsJsonObject();
            String text = expected.get("text").getAsString();
            ClipTokenizer.Encoded encoded = tokenizer.encode(text);
            List<Long> ids = longs(expected.getAsJsonArray("ids"));
            goldenCase.equal("number of tokens of '" + text + "'", encoded.tokens(), ids.size());
            goldenCase.equal("ids of '" + text + "'", list(encoded), longs(expected.getAsJsonArray("padded77_eos")));
            goldenCase.equal(
                    "zero-padded ids of '" + text + "'",
                    list(zeroPadded.encode(text)),
                    longs(expected.getAsJsonArray("padded77_zero")));
        }
    }

    /** The same vocabulary in a folder that names {@code !}, id 0, as the token to pad with. */
    private static ClipTokenizer zeroPadded(GoldenCase goldenCase) throws IOException {
        Path folder = Files.createTempDirectory("tokenizer");
        try {
            for (String file : List.of("vocab.json", "merges.txt")) {
                Files.copy(goldenCase.file(file), folder.resolve(file));
            }
            JsonObject config = goldenCase.json("tokenizer_config.json");
            config.addProperty("pad_token", "!");
            Files.writeString(folder.resolve("tokenizer_config.json"), config.toString());
            return ClipTokenizer.load(folder);
        } finally {
            for (String file : List.of("vocab.json", "merges.txt", "tokenizer_config.json")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        }
    }

    private static List<Long> list(ClipTokenizer.Encoded encoded) {
        return Arrays.stream(encoded.ids()).boxed().toList();
    }

    private static List<Long> longs(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsLong).toList();
    }
}
