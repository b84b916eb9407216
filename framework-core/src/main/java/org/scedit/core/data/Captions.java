package org.scedit.core.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The captions of an image folder: metadata.jsonl, then NAME.txt. Problems are gathered, not thrown. */
final class Captions {
    private record Line(int number, String text) {}

    private final Path folder;
    /** metadata.jsonl, which may be missing. */
    private final Path metadata;

    /** By absolute path: a file has many relative names. */
    private final Map<Path, Line> lines = new HashMap<>();

    private Captions(Path folder) {
        this.folder = folder;
        this.metadata = folder.resolve("metadata.jsonl");
    }

    static Captions read(Path folder, List<String> problems) {
        Captions captions = new Captions(folder);
        if (Files.exists(captions.metadata)) {
            captions.readMetadata(problems);
        }
        return captions;
    }

    /** The picture's caption, or null and a problem. */
    String of(Path picture, List<String> problems) {
        Line line = lines.get(absolute(picture));
        if (line != null) {
            return line.text();
        }
        Path beside = textBeside(picture);
        if (!Files.exists(beside)) {
            String inMetadata = Files.exists(metadata) ? " in " + metadata + " and no " : "; give it one in ";
            String orMetadata = Files.exists(metadata) ? "" : " or in " + metadata;
            problems.add(picture + ": has no caption" + inMetadata + beside.getFileName() + orMetadata);
            return null;
        }
        String text = text(beside, problems);
        if (text != null && text.isBlank()) {
            problems.add(beside + ": is empty, a caption was expected");
            return null;
        }
        return text == null ? null : text.strip().replaceAll("\\s+", " ");
    }

    private void readMetadata(List<String> problems) {
        String text = text(metadata, problems);
        int number = 0;
        for (String line : text == null ? List.<String>of() : text.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                String problem = readLine(line, number);
                if (problem != null) {
                    problems.add(metadata + ":" + number + ": " + problem);
                }
            }
        }
    }

    /** Keeps the caption, or says what is wrong with the line. */
    private String readLine(String line, int number) {
        JsonObject values = object(line);
        if (values == null) {
            return "is not a JSON object such as {\"file_name\": \"cat.png\", \"text\": \"a cat\"}";
        }
        String name = string(values, "file_name");
        if (name == null) {
            return "has no \"file_name\", the picture's name in this folder";
        }
        String text = string(values, "text");
        if (text == null || text.isBlank()) {
            return "has no \"text\", the caption of " + name;
        }
        Path file = inside(name);
        if (file == null) {
            return "file_name " + name + " is outside the folder";
        }
        if (!Files.isRegularFile(file)) {
            return "there is no picture " + name + " in " + folder;
        }
        if (!ImageFolder.isPicture(absolute(folder).relativize(file))) {
            return name + " is not one of the kinds of picture that are read: " + ImageFolder.KINDS;
        }
        Line earlier = lines.putIfAbsent(file, new Line(number, text));
        return earlier == null ? null : name + " has a caption already, in line " + earlier.number();
    }

    private Path inside(String name) {
        try {
            Path file = absolute(folder.resolve(name));
            return file.startsWith(absolute(folder)) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /** Null for anything that is not exactly one JSON object. */
    private static JsonObject object(String line) {
        try {
            JsonReader reader = new JsonReader(new StringReader(line.strip()));
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            return element.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT ? element.getAsJsonObject() : null;
        } catch (IOException | JsonParseException e) {
            return null;
        }
    }

    private static String string(JsonObject values, String key) {
        JsonElement value = values.get(key);
        boolean isText = value != null
                && value.isJsonPrimitive()
                && value.getAsJsonPrimitive().isString();
        return isText ? value.getAsString() : null;
    }

    private static String text(Path file, List<String> problems) {
        try {
            String text = Files.readString(file);
            return text.startsWith("\uFEFF") ? text.substring(1) : text; // a byte order mark, as Windows editors write
        } catch (CharacterCodingException e) {
            problems.add(file + ": is not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
        return null;
    }

    private static Path textBeside(Path picture) {
        String name = picture.getFileName().toString();
        return picture.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
    }
}
