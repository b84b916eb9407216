package org.scedit.core.weights;

import com.google.common.io.ByteStreams;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.weights.SafetensorsFile.Entry;

/**
 * Reads and checks the header of one safetensors file. Nothing in it is believed: lengths are checked against the file
 * before memory is taken, the JSON is read as a stream (no tree, no recursion), and counts are limited.
 */
final class SafetensorsHeader {
    /** The limit of the reference implementation; real headers are below 1 MB. */
    private static final long MAX_HEADER_BYTES = 100_000_000;
    /** Stable Diffusion XL has about 2,600; a hostile header could name millions and fill the heap. */
    private static final int MAX_NAMES = 100_000;
    /** The tensor engine's limit. */
    private static final int MAX_DIMENSIONS = 64;

    private static final int LENGTH_BYTES = Long.BYTES;
    /** The one name that is not a tensor's. */
    static final String METADATA = "__metadata__";

    private static final String DOWNLOAD_AGAIN = "; the file is damaged, download or copy it again";

    private final Path file;
    private final long fileBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private boolean metadataSeen;
    private long dataStart;

    private SafetensorsHeader(Path file, long fileBytes) {
        this.file = file;
        this.fileBytes = fileBytes;
    }

    /**
     * @param channel open for reading, at its beginning
     * @throws UserException if the header breaks the format in any way
     * @throws IOException   if the disk fails
     */
    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        SafetensorsHeader header = new SafetensorsHeader(file, channel.size());
        InputStream in = Channels.newInputStream(channel);
        header.dataStart = LENGTH_BYTES + header.readLength(in);
        header.parse(ByteStreams.limit(in, header.dataStart - LENGTH_BYTES));
        header.checkRanges();
        return header;
    }

    /** The tensors in the order of their bytes in the file, with offsets from the file's beginning. */
    Map<String, Entry> entries() {
        Map<String, Entry> ordered = new LinkedHashMap<>();
        inFileOrder().forEach(entry -> ordered.put(entry.name(), entry));
        return ordered;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    private long readLength(InputStream in) throws IOException {
        byte[] first = in.readNBytes(LENGTH_BYTES);
        if (first.length < LENGTH_BYTES) {
            throw problem("is only " + fileBytes + " bytes long, too short for a safetensors file"
                    + "; download or copy it again");
        }
        long length = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw problem(somethingElse(first)
                    .orElse("announces a header of " + Long.toUnsignedString(length) + " bytes, at most "
                            + MAX_HEADER_BYTES + " are allowed; it is damaged or not a safetensors file,"
                            + " download it again or choose another"));
        }
        if (length > fileBytes - LENGTH_BYTES) {
            throw problem("announces a header of " + length + " bytes, but only " + (fileBytes - LENGTH_BYTES)
                    + " follow; the file is cut short, download or copy it again");
        }
        return length;
    }

    /** The usual files that carry the wrong name, known by their first bytes. */
    private static Optional<String> somethingElse(byte[] first) {
        String start = new String(first, StandardCharsets.ISO_8859_1);
        if (start.startsWith("version ")) {
            return Optional.of("is a Git LFS pointer, not the weights themselves"
                    + "; run 'git lfs pull' where it was cloned, or download the file itself");
        }
        if (start.startsWith("PK\3\4") || start.charAt(0) == 0x80) {
            return Optional.of("is a PyTorch pickle (.bin, .ckpt, .pt), not a safetensors file"
                    + "; download the model's .safetensors file or convert it");
        }
        if (start.stripLeading().startsWith("<")) {
            return Optional.of("is a web page, not a safetensors file; download the file itself");
        }
        return Optional.empty();
    }

    private void parse(InputStream header) throws IOException {
        // a decoder made by hand refuses bytes that are not UTF-8; a reader made from the charset would replace them
        try (JsonReader json = new JsonReader(new InputStreamReader(header, StandardCharsets.UTF_8.newDecoder()))) {
            json.setStrictness(Strictness.STRICT);
            try {
                expect(json, JsonToken.BEGIN_OBJECT, "the header", "an object of tensors");
                json.beginObject();
                while (json.hasNext()) {
                    readMember(json);
                }
                json.endObject();
                expect(json, JsonToken.END_DOCUMENT, "the header", "nothing but spaces after its closing brace");
            } catch (CharacterCodingException e) {
                throw problem("the header is not UTF-8 text" + DOWNLOAD_AGAIN);
            } catch (IOException | IllegalStateException e) {
                throw new UserException(
                        file + ": the header is not valid JSON, near " + shown(json.getPath()) + DOWNLOAD_AGAIN, e);
            }
        }
    }

    private void readMember(JsonReader json) throws IOException {
        String name = json.nextName();
        if (entries.size() + metadata.size() >= MAX_NAMES) {
            throw problem("the header names more than " + MAX_NAMES + " tensors" + DOWNLOAD_AGAIN);
        }
        if (name.equals(METADATA)) {
            readMetadata(json);
        } else if (entries.containsKey(name)) {
            throw problem("tensor '" + shown(name) + "' is listed twice" + DOWNLOAD_AGAIN);
        } else {
            entries.put(name, readEntry(json, name));
        }
    }

    private void readMetadata(JsonReader json) throws IOException {
        if (metadataSeen) {
            throw problem("'" + METADATA + "' is listed twice" + DOWNLOAD_AGAIN);
        }
        metadataSeen = true;
        expect(json, JsonToken.BEGIN_OBJECT, "'" + METADATA + "'", "an object of texts");
        json.beginObject();
        while (json.hasNext()) {
            String key = json.nextName();
            String where = "'" + METADATA + "' entry '" + shown(key) + "'";
            expect(json, JsonToken.STRING, where, "a text");
            if (metadata.put(key, json.nextString()) != null) {
                throw problem(where + " is listed twice" + DOWNLOAD_AGAIN);
            }
            if (metadata.size() > MAX_NAMES) {
                throw problem("'" + METADATA + "' has more than " + MAX_NAMES + " entries" + DOWNLOAD_AGAIN);
            }
        }
        json.endObject();
    }

    private Entry readEntry(JsonReader json, String name) throws IOException {
        String tensor = "tensor '" + shown(name) + "'";
        DType dtype = null;
        long[] shape = null;
        long[] range = null;
        expect(json, JsonToken.BEGIN_OBJECT, tensor, "an object with dtype, shape and data_offsets");
        json.beginObject();
        while (json.hasNext()) {
            String key = json.nextName();
            if (dtype != null && key.equals("dtype")
                    || shape != null && key.equals("shape")
                    || range != null && key.equals("data_offsets")) {
                throw problem(tensor + " has '" + key + "' twice" + DOWNLOAD_AGAIN);
            }
            switch (key) {
                case "dtype" -> dtype = readDType(json, tensor);
                case "shape" -> shape = readNumbers(json, tensor + ": 'shape'", MAX_DIMENSIONS);
                case "data_offsets" -> range = readNumbers(json, tensor + ": 'data_offsets'", 2);
                default -> json.skipValue(); // as the reference implementation does
            }
        }
        json.endObject();
        if (dtype == null || shape == null || range == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw problem(tensor + " has no '" + missing + "'" + DOWNLOAD_AGAIN);
        }
        return checked(name, dtype, shape, range);
    }

    private DType readDType(JsonReader json, String tensor) throws IOException {
        expect(json, JsonToken.STRING, tensor + ": 'dtype'", "a text");
        String found = json.nextString();
        return DType.ofName(found)
                .orElseThrow(() -> problem(tensor + " has the unsupported dtype '" + shown(found) + "'; supported are "
                        + DType.names() + ", convert the file to one of them"));
    }

    private long[] readNumbers(JsonReader json, String where, int atMost) throws IOException {
        List<Long> numbers = new ArrayList<>();
        expect(json, JsonToken.BEGIN_ARRAY, where, "a list of whole numbers");
        json.beginArray();
        while (json.hasNext()) {
            expect(json, JsonToken.NUMBER, where, "a list of whole numbers");
            String digits = json.nextString();
            if (!digits.matches("[0-9]{1,18}")) {
                throw problem(where + " holds " + shown(digits)
                        + ", expected whole numbers of at most 18 digits, not negative" + DOWNLOAD_AGAIN);
            }
            if (numbers.size() == atMost) {
                throw problem(where + " has more than " + atMost + " numbers" + DOWNLOAD_AGAIN);
            }
            numbers.add(Long.parseLong(digits));
        }
        json.endArray();
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /** One tensor by itself: its range lies in the file and holds exactly its shape. */
    private Entry checked(String name, DType dtype, long[] shape, long[] range) {
        String tensor = "tensor '" + shown(name) + "'";
        long dataBytes = fileBytes - dataStart;
        if (range.length != 2 || range[0] > range[1]) {
            throw problem(tensor + ": 'data_offsets' is " + Arrays.toString(range)
                    + ", expected a begin and an end that is not smaller" + DOWNLOAD_AGAIN);
        }
        if (range[1] > dataBytes) {
            throw problem(tensor + " ends at byte " + range[1] + " of the data, but the file holds only " + dataBytes
                    + " bytes of data; the file is cut short, download or copy it again");
        }
        long bytes = range[1] - range[0];
        String needed = neededBytes(dtype, shape);
        if (!needed.equals(Long.toString(bytes))) {
            throw problem(tensor + ": " + dtype + " of shape " + Arrays.toString(shape) + " takes " + needed
                    + " bytes, but 'data_offsets' gives it " + bytes + DOWNLOAD_AGAIN);
        }
        return new Entry(name, dtype, shape, dataStart + range[0], bytes);
    }

    private static String neededBytes(DType dtype, long[] shape) {
        if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
            return "0"; // first, because the other sizes may overflow harmlessly
        }
        try {
            return Long.toString(Arrays.stream(shape).reduce(dtype.bytes(), Math::multiplyExact));
        } catch (ArithmeticException e) {
            return "more than " + Long.MAX_VALUE;
        }
    }

    /** All tensors together: they follow each other without holes or overlaps and fill the file. */
    private void checkRanges() {
        long expected = dataStart;
        String previous = "the header";
        for (Entry entry : inFileOrder()) {
            String tensor = "tensor '" + shown(entry.name()) + "'";
            if (entry.offset() < expected) {
                throw problem(tensor + " overlaps " + previous + " by " + (expected - entry.offset()) + " bytes"
                        + DOWNLOAD_AGAIN);
            }
            if (entry.offset() > expected) {
                throw problem("there is a hole of " + (entry.offset() - expected) + " bytes between " + previous
                        + " and " + tensor + DOWNLOAD_AGAIN);
            }
            expected = entry.offset() + entry.bytes();
            previous = tensor;
        }
        if (expected != fileBytes) {
            throw problem((fileBytes - expected) + " bytes follow " + previous + ", where the file should end"
                    + DOWNLOAD_AGAIN);
        }
    }

    private List<Entry> inFileOrder() {
        // an empty tensor shares its offset with the next one and comes first
        return entries.values().stream()
                .sorted(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes))
                .toList();
    }

    private void expect(JsonReader json, JsonToken token, String where, String what) throws IOException {
        JsonToken found = json.peek();
        if (found != token) {
            throw problem(where + ": expected " + what + ", found " + described(found) + DOWNLOAD_AGAIN);
        }
    }

    private static String described(JsonToken token) {
        return switch (token) {
            case BEGIN_ARRAY -> "a list";
            case BEGIN_OBJECT -> "an object";
            case STRING, NAME -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            case END_ARRAY, END_OBJECT, END_DOCUMENT -> "its end";
        };
    }

    private UserException problem(String text) {
        return new UserException(file + ": " + text);
    }

    /** A text of the file's for a message: one line, not long, nothing that steers a terminal. */
    static String shown(String text) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
        return line.length() <= 80 ? line : line.substring(0, 77) + "...";
    }
}
