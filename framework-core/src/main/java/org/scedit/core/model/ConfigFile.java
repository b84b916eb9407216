package org.scedit.core.model;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.core.UserException;

/** A {@code config.json}: typed values by key, with errors that name the file and the key. */
public final class ConfigFile {
    private final Path file;
    private final JsonObject values;

    private ConfigFile(Path file, JsonObject values) {
        this.file = file;
        this.values = values;
    }

    /** @throws UserException if the file is missing or no JSON object */
    public static ConfigFile read(Path file) {
        try {
            JsonElement root = JsonParser.parseString(Files.readString(file));
            if (root.isJsonObject()) {
                return new ConfigFile(file, root.getAsJsonObject());
            }
            throw new UserException(file + ": expected a JSON object, as diffusers writes it");
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read; a model folder needs this file", e);
        } catch (JsonParseException | StackOverflowError e) {
            throw new UserException(file + ": is not valid JSON; take the file from the model's source again", e);
        }
    }

    /** A configuration made in code; {@code origin} stands for the file in messages. */
    public static ConfigFile of(Path origin, JsonObject values) {
        return new ConfigFile(origin, values);
    }

    /** The file it was read from. */
    public Path file() {
        return file;
    }

    /** The raw values. */
    public JsonObject values() {
        return values;
    }

    /** Its text, to be written to a file. */
    public String pretty() {
        return new GsonBuilder().setPrettyPrinting().create().toJson(values) + "\n";
    }

    /** Whether the key is there and not null. */
    public boolean has(String key) {
        return values.has(key) && !values.get(key).isJsonNull();
    }

    /** A whole number. */
    public int integer(String key, int byDefault) {
        return has(key) ? (int) number(key) : byDefault;
    }

    /** A whole number that must be there. */
    public int integer(String key) {
        require(key);
        return (int) number(key);
    }

    /** A number. */
    public double decimal(String key, double byDefault) {
        return has(key) ? number(key) : byDefault;
    }

    /** A truth value. */
    public boolean flag(String key, boolean byDefault) {
        return has(key) ? values.get(key).getAsBoolean() : byDefault;
    }

    /** A text. */
    public String text(String key, String byDefault) {
        return has(key) ? values.get(key).getAsString() : byDefault;
    }

    /** A list of whole numbers that must be there. */
    public List<Integer> integers(String key) {
        require(key);
        List<Integer> result = new ArrayList<>();
        values.getAsJsonArray(key).forEach(e -> result.add(e.getAsInt()));
        return result;
    }

    /** A whole number for each of {@code count} blocks: a list of that length, or one number for all. */
    public List<Integer> integersPerBlock(String key, int byDefault, int count) {
        if (!has(key)) {
            return java.util.Collections.nCopies(count, byDefault);
        }
        if (!values.get(key).isJsonArray()) {
            return java.util.Collections.nCopies(count, integer(key));
        }
        List<Integer> result = integers(key);
        if (result.size() != count) {
            throw new UserException(file + ": '" + key + "' has " + result.size()
                    + " entries, expected one for each of " + count + " blocks");
        }
        return result;
    }

    /** A list of texts that must be there. */
    public List<String> texts(String key) {
        require(key);
        List<String> result = new ArrayList<>();
        values.getAsJsonArray(key).forEach(e -> result.add(e.getAsString()));
        return result;
    }

    /** @throws UserException if the key has another value than one of those supported */
    public void supportOnly(String key, String byDefault, String... supported) {
        String value = has(key)
                ? values.get(key).isJsonPrimitive()
                        ? values.get(key).getAsString()
                        : values.get(key).toString()
                : byDefault;
        if (!List.of(supported).contains(value)) {
            throw new UserException(file + ": '" + key + "' is " + value + ", which is not supported; supported: "
                    + String.join(", ", supported));
        }
    }

    private void require(String key) {
        if (!has(key)) {
            throw new UserException(file + ": lacks '" + key + "'; is it the config.json of this part of the model?");
        }
    }

    private double number(String key) {
        try {
            return values.get(key).getAsDouble();
        } catch (RuntimeException e) {
            throw new UserException(file + ": '" + key + "' must be a number, got " + values.get(key), e);
        }
    }
}
