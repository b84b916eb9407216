package org.scedit.core.shared;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.scedit.api.Picture;
import org.scedit.core.engine.Machine;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Parameter;
import org.scedit.core.model.ParameterSet;

/**
 * The SHA-256 of everything that a result follows from. Every piece is taken in with its name and its length, so that no
 * two lists of pieces give the same key.
 */
public final class ContentKey {
    private static final int FLOATS = 1 << 14;

    private final MessageDigest digest;

    private ContentKey() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Begins a key of what is taken in, and nothing else. */
    static ContentKey empty() {
        return new ContentKey();
    }

    /**
     * Begins a key with what every result of arithmetic follows from: the code, libtorch, the processor, and the number
     * of threads, as sums in another order differ in their last bits.
     *
     * @param kind   what the result is
     * @param format raised whenever the code that makes the result changes it
     */
    public static ContentKey ofArithmetic(String kind, int format) {
        return new ContentKey()
                .add("kind", kind)
                .add("format", Integer.toString(format))
                .add("libtorch", Torch.version())
                .add("threads", Integer.toString(Torch.threads()))
                .add("processor", Machine.processor());
    }

    /** Takes in a text. */
    public ContentKey add(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        begin(name, bytes.length);
        digest.update(bytes);
        return this;
    }

    /** Takes in a picture's size and all its pixels. */
    public ContentKey add(String name, Picture picture) {
        byte[] pixels = picture.rgb();
        begin(name + " " + picture.width() + "x" + picture.height(), pixels.length);
        digest.update(pixels);
        return this;
    }

    /** Takes in all the names, shapes and values of float32 weights: two files of one model give the same. */
    public ContentKey add(String name, ParameterSet weights) {
        for (Parameter each : weights.all()) {
            add(name + "." + each.name(), Torch.floats(each.value()));
        }
        return this;
    }

    /** Takes in numbers, to the last bit. */
    public ContentKey add(String name, float[] values) {
        begin(name, values.length);
        ByteBuffer chunk = ByteBuffer.allocate(FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += FLOATS) {
            int count = Math.min(FLOATS, values.length - from);
            chunk.clear().asFloatBuffer().put(values, from, count);
            digest.update(chunk.limit(count * Float.BYTES));
        }
        return this;
    }

    private void begin(String name, int length) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(bytes.length)
                .putInt(length)
                .flip());
        digest.update(bytes);
    }

    /** The key in hex, 64 digits; nothing can be added after it. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
