package org.scedit.core.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.core.UserException;

/** Reads and checks the files of a tokenizer folder. */
final class TokenizerFolder {
    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String VERSION_LINE = "#version: 0.2";

    /** Of CLIP, for folders that give none, or a meaninglessly large one. */
    private static final int DEFAULT_LENGTH = 77;

    private static final int LARGEST_LENGTH = 100_000;

    private final Path folder;

    TokenizerFolder(Path folder) {
        this.folder = folder;
    }

    /** Symbol → id. */
    Map<String, Integer> vocabulary() {
        Map<String, Integer> vocabulary = new HashMap<>();
        Set<Integer> used = new HashSet<>();
        for (Map.Entry<String, JsonElement> entry : readJson(VOCABULARY).entrySet()) {
            String where = folder.resolve(VOCABULARY) + ": symbol '" + entry.getKey() + "'";
            String id = entry.getValue().toString();
            if (!id.matches("[0-9]{1,9}")) {
                throw new UserException(where + " has the id " + id + ", expected a whole number from 0 on");
            }
            if (!used.add(Integer.valueOf(id))) {
                throw new UserException(where + " has the id " + id + ", which another symbol has already");
            }
            vocabulary.put(entry.getKey(), Integer.valueOf(id));
        }
        return vocabulary;
    }

    /** Pair → rank; a smaller rank is merged first. */
    Map<Merge, Integer> merges(Map<String, Integer> vocabulary) {
        Map<Merge, Integer> ranks = new HashMap<>();
        List<String> lines = read(MERGES).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || i == 0 && line.startsWith("#version")) {
                continue;
            }
            String where = folder.resolve(MERGES) + ":" + (i + 1) + ": ";
            String[] pair = line.strip().split(" ", -1);
            if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
                throw new UserException(where + "expected two symbols with a blank between them, found '" + line + "'");
            }
            Merge merge = new Merge(pair[0], pair[1]);
            if (!vocabulary.containsKey(merge.joined())) {
                throw new UserException(where + "'" + line + "' makes '" + merge.joined() + "', which is not in "
                        + VOCABULARY + "; the two files belong to different tokenizers");
            }
            ranks.put(merge, i);
        }
        return ranks;
    }

    /** The number of tokens with both marks. */
    int maxLength() {
        JsonElement length = readJson(CONFIG).get("model_max_length");
        if (length == null || length.isJsonNull()) {
            return DEFAULT_LENGTH;
        }
        if (!length.toString().matches("[0-9.eE+]{1,40}")
                || length.getAsDouble() < 3
                || length.getAsDouble() % 1 != 0) {
            throw new UserException(
                    folder.resolve(CONFIG) + ": model_max_length is " + length + ", expected a whole number from 3 on");
        }
        // "no limit" is written as 10³⁰ by other tools
        return length.getAsDouble() > LARGEST_LENGTH ? DEFAULT_LENGTH : (int) length.getAsDouble();
    }

    /**
     * Ids of special tokens by role.
     *
     * @param vocabulary symbol → id
     * @param defaults   key such as {@code pad_token} → symbol where neither file names one
     */
    Map<String, Integer> specialTokens(Map<String, Integer> vocabulary, Map<String, String> defaults) {
        List<String> sources = new ArrayList<>(List.of(CONFIG));
        if (Files.exists(folder.resolve(SPECIAL_TOKENS))) {
            sources.add(0, SPECIAL_TOKENS); // goes first: in SD 2.1 only this file says that it pads with "!"
        }
        Map<String, Integer> ids = new HashMap<>();
        defaults.forEach((role, symbol) -> {
            String source = sources.stream()
                    .filter(file -> readJson(file).has(role)
                            && !readJson(file).get(role).isJsonNull())
                    .findFirst()
                    .orElse(null);
            String named = source == null ? symbol : symbolIn(readJson(source).get(role), source, role);
            if (!vocabulary.containsKey(named)) {
                throw new UserException(folder.resolve(source == null ? CONFIG : source) + ": " + role + " '" + named
                        + "' is not in " + VOCABULARY + "; the two files belong to different tokenizers");
            }
            ids.put(role, vocabulary.get(named));
        });
        return ids;
    }

    /** A special token is written as a text or as an object with its text under {@code content}. */
    private String symbolIn(JsonElement value, String file, String role) {
        JsonElement text = value.isJsonObject() ? value.getAsJsonObject().get("content") : value;
        if (text == null
                || !text.isJsonPrimitive()
                || !text.getAsJsonPrimitive().isString()) {
            throw new UserException(folder.resolve(file) + ": " + role + " is " + value
                    + ", expected a text, or an object with a text under 'content'");
        }
        return text.getAsString();
    }

    private JsonObject readJson(String name) {
        JsonReader json = new JsonReader(new StringReader(read(name)));
        json.setStrictness(Strictness.STRICT);
        try {
            JsonElement root = JsonParser.parseReader(json);
            if (root.isJsonObject()) {
                return root.getAsJsonObject();
            }
        } catch (JsonParseException e) {
            throw new UserException(
                    folder.resolve(name) + ": not valid JSON, near " + json.getPath() + "; download the folder again",
                    e);
        }
        throw new UserException(folder.resolve(name) + ": expected a JSON object; download the folder again");
    }

    private String read(String name) {
        Path file = folder.resolve(name);
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UserException(
                    file + ": no such file; a tokenizer folder holds " + VOCABULARY + ", " + MERGES + " and " + CONFIG,
                    e);
        } catch (CharacterCodingException e) {
            throw new UserException(file + ": not UTF-8 text; download the folder again", e);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
