package org.scedit.core.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;

/**
 * A PyTorch file of weights ({@code .bin}, {@code .pt}, {@code .pth}, {@code .ckpt}), read without running any of it: a
 * zip with a pickle of the tensors' descriptions and one entry for each storage, or the older format of pickles and
 * storages in a row. Written by {@link TorchArchiveWriter}.
 *
 * <p>The weights are a dictionary of tensors by name, or the one under {@code state_dict} of a checkpoint.
 */
public final class TorchArchive implements TensorSource {
    /** How the older format begins: a pickle of PyTorch's magic number. */
    private static final byte[] LEGACY = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final String PICKLE = "data.pkl";
    private static final int MAX_PICKLE_BYTES = 1 << 26;
    private static final long LEGACY_PROTOCOL = 1001;
    /** Tensors may share a storage, but a small file must not stand for large weights. */
    private static final long MOST_SHARING = 4;

    private static final String DAMAGED = "; it is damaged, download or copy it again";

    private final Path file;
    private final Map<String, PickleReader.View> views;
    private final Map<String, WeightSource.Entry> tensors;
    /** Where the older format's storages begin, by key; empty for a zip. */
    private final Map<String, Long> positions;
    /** Name of the zip's folder with its slash; empty in the older format. */
    private final String root;

    private TorchArchive(Path file, Map<String, PickleReader.View> views, Map<String, Long> positions, String root) {
        this.file = file;
        this.views = views;
        Map<String, WeightSource.Entry> described = new LinkedHashMap<>();
        views.forEach((name, view) -> described.put(
                name,
                new WeightSource.Entry(
                        name, view.storage().dtype(), view.shape().clone())));
        this.tensors = Collections.unmodifiableMap(described);
        this.positions = positions;
        this.root = root;
    }

    /** Whether a file begins as PyTorch's do. */
    static boolean begins(byte[] start) {
        return startsWith(start, ZIP) || startsWith(start, LEGACY);
    }

    private static boolean startsWith(byte[] start, byte[] expected) {
        return start.length >= expected.length
                && Arrays.equals(start, 0, expected.length, expected, 0, expected.length);
    }

    /**
     * Reads and checks the descriptions of all tensors.
     *
     * @throws UserException if there is no such file, it is damaged, it holds anything but tensors, or it wants to run
     *     something, which is named
     */
    public static TorchArchive open(Path file) {
        try {
            byte[] start;
            try (InputStream in = Files.newInputStream(file)) {
                start = in.readNBytes(LEGACY.length);
            }
            return startsWith(start, LEGACY) ? openLegacy(file) : openZip(file);
        } catch (NoSuchFileException e) {
            throw new UserException(file + ": no such file; check the path, or download the weights", e);
        } catch (IOException | IllegalArgumentException e) { // the latter for names that are no UTF-8
            throw new UserException(file + ": cannot be read as a PyTorch file: " + e.getMessage() + DAMAGED, e);
        }
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    public Map<String, WeightSource.Entry> tensors() {
        return tensors;
    }

    @Override
    public boolean isMapped() {
        return false;
    }

    @Override
    public ByteBuffer data(String name) {
        PickleReader.View view = views.get(name);
        if (view == null) {
            throw new IllegalArgumentException(file + " has no tensor '" + name + "'");
        }
        try {
            if (root.isEmpty()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    return rows(view, legacyBytes(channel, name, view));
                }
            }
            try (ZipFile zip = new ZipFile(file.toFile())) {
                return rows(view, zipBytes(zip, name, view));
            }
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads all tensors, widened to floats as {@link HalfPrecision#toFloats}.
     *
     * @throws UserException if a storage is missing or shorter than the pickle says, or a tensor has 2 GiB or more
     */
    public Map<String, WeightFile.Tensor> read() {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        views.forEach((name, view) ->
                tensors.put(name, new WeightFile.Tensor(view.shape().clone(), floats(name))));
        return tensors;
    }

    private static TorchArchive openZip(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<String> pickles = zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name ->
                            name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1)
                    .toList();
            if (pickles.size() != 1) {
                throw new UserException(file + ": is a zip with " + pickles.size() + " entries named FOLDER/" + PICKLE
                        + ", a PyTorch file has one; choose the file of the weights, unpacked if it was packed");
            }
            String root = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
            ZipEntry order = zip.getEntry(root + "byteorder");
            if (order != null && !text(zip, order).equals("little")) {
                throw new UserException(file + ": was written on a big-endian machine, which is not supported; save it"
                        + " again on another");
            }
            byte[] pickle = bytes(file, zip, zip.getEntry(pickles.get(0)), 0, -1);
            ByteBuffer buffer = ByteBuffer.wrap(pickle);
            Map<String, PickleReader.View> views = views(file, PickleReader.read(file, buffer));
            for (Map.Entry<String, PickleReader.View> each : views.entrySet()) {
                requireStorage(file, zip, root, each.getKey(), each.getValue().storage());
            }
            return new TorchArchive(file, views, Map.of(), root);
        }
    }

    private static void requireStorage(Path file, ZipFile zip, String root, String name, PickleReader.Storage storage) {
        ZipEntry entry = zip.getEntry(root + "data/" + storage.key());
        long present = entry == null ? 0 : entry.getSize();
        // in this order, because the product may overflow
        if (storage.elements() > present || storage.elements() * storage.dtype().bytes() > present) {
            throw tooShort(file, name, storage, present);
        }
    }

    private static UserException tooShort(Path file, String name, PickleReader.Storage storage, long present) {
        return new UserException(file + ": tensor '" + SafetensorsHeader.shown(name) + "' needs " + storage.elements()
                + " numbers of type " + storage.dtype() + ", but the file has " + present + " bytes for them"
                + DAMAGED);
    }

    private static String text(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return new String(in.readNBytes(16), StandardCharsets.UTF_8).strip();
        }
    }

    private ByteBuffer zipBytes(ZipFile zip, String name, PickleReader.View view) throws IOException {
        PickleReader.Storage storage = view.storage();
        int size = storage.dtype().bytes();
        ZipEntry entry = zip.getEntry(root + "data/" + storage.key());
        if (entry == null) {
            throw tooShort(file, name, storage, 0);
        }
        return ByteBuffer.wrap(bytes(file, zip, entry, view.offset() * size, byteCount(name, view)));
    }

    /** @param length how many bytes; -1 for all there are */
    private static byte[] bytes(Path file, ZipFile zip, ZipEntry entry, long offset, int length) throws IOException {
        if (entry.getMethod() != ZipEntry.STORED) {
            throw new UserException(file + ": its entry '" + SafetensorsHeader.shown(entry.getName())
                    + "' is compressed, which PyTorch does not do; save it again with torch.save");
        }
        if (length < 0 && entry.getSize() > MAX_PICKLE_BYTES) {
            throw new UserException(file + ": describes its tensors in " + entry.getSize() + " bytes, at most "
                    + MAX_PICKLE_BYTES + " are allowed" + DAMAGED);
        }
        int wanted = length < 0 ? (int) entry.getSize() : length;
        try (InputStream in = zip.getInputStream(entry)) {
            in.skipNBytes(offset);
            byte[] bytes = in.readNBytes(wanted);
            if (bytes.length < wanted) {
                throw new IOException("'" + SafetensorsHeader.shown(entry.getName()) + "' ends too early");
            }
            return bytes;
        }
    }

    private static TorchArchive openLegacy(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(size, MAX_PICKLE_BYTES));
            bytes.position(LEGACY.length);
            Object protocol = PickleReader.read(file, bytes);
            if (!Long.valueOf(LEGACY_PROTOCOL).equals(protocol)) {
                throw new UserException(
                        file + ": is of a PyTorch protocol that is not supported; save it again with" + " torch.save");
            }
            Object system = PickleReader.read(file, bytes);
            if (system instanceof Map<?, ?> facts && Boolean.FALSE.equals(facts.get("little_endian"))) {
                throw new UserException(file + ": was written on a big-endian machine, which is not supported; save it"
                        + " again on another");
            }
            Map<String, PickleReader.View> views = views(file, PickleReader.read(file, bytes));
            Object keys = PickleReader.read(file, bytes);
            return new TorchArchive(file, views, positions(file, channel, bytes.position(), views, keys), "");
        }
    }

    /** The storages follow each other in the order of the keys, each its length (int64) and its bytes. */
    private static Map<String, Long> positions(
            Path file, FileChannel channel, long position, Map<String, PickleReader.View> views, Object keys)
            throws IOException {
        Map<String, PickleReader.Storage> storages = new LinkedHashMap<>();
        views.values().forEach(view -> storages.put(view.storage().key(), view.storage()));
        Map<String, Long> positions = new LinkedHashMap<>();
        if (!(keys instanceof List<?> list)) {
            throw new UserException(file + ": does not list its storages" + DAMAGED);
        }
        long next = position;
        for (Object key : list) {
            PickleReader.Storage storage = key instanceof String ? storages.get(key) : null;
            if (storage == null) {
                throw new UserException(file + ": holds numbers that belong to no tensor of its weights; save the"
                        + " weights alone, without the optimizer's state");
            }
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            while (length.hasRemaining() && channel.read(length, next + length.position()) >= 0) {
                // reads on
            }
            long present = channel.size() - next - Long.BYTES;
            if (length.hasRemaining()
                    || length.getLong(0) != storage.elements()
                    || storage.elements() > present
                    || storage.elements() * storage.dtype().bytes() > present) {
                throw tooShort(file, storage.key(), storage, Math.max(0, present));
            }
            positions.put(storage.key(), next + Long.BYTES);
            next += Long.BYTES + storage.elements() * storage.dtype().bytes();
        }
        views.forEach((name, view) -> {
            if (!positions.containsKey(view.storage().key())) {
                throw tooShort(file, name, view.storage(), 0);
            }
        });
        return positions;
    }

    private ByteBuffer legacyBytes(FileChannel channel, String name, PickleReader.View view) {
        ByteBuffer bytes = ByteBuffer.allocate(byteCount(name, view));
        long begin = positions.get(view.storage().key())
                + view.offset() * view.storage().dtype().bytes();
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, begin + bytes.position()) < 0) {
                    throw new UserException(
                            file + ": has become shorter since it was opened; leave it alone meanwhile");
                }
            }
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return bytes.flip();
    }

    private int byteCount(String name, PickleReader.View view) {
        long bytes = view.span() * view.storage().dtype().bytes();
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new UserException(file + ": tensor '" + SafetensorsHeader.shown(name) + "' takes " + bytes
                    + " bytes, less than 2 GiB are supported for one tensor");
        }
        return (int) bytes;
    }

    /** Takes a view's elements, row by row, from the stretch that they lie in. */
    private static ByteBuffer rows(PickleReader.View view, ByteBuffer stretch) {
        int size = view.storage().dtype().bytes();
        long[] shape = view.shape();
        int count = (int) view.elements();
        ByteBuffer rows = ByteBuffer.allocateDirect(count * size);
        if (view.isInRows()) {
            return rows.put(stretch).flip().order(ByteOrder.LITTLE_ENDIAN);
        }
        long[] index = new long[shape.length];
        int from = 0;
        for (int i = 0; i < count; i++) {
            rows.put(i * size, stretch, from * size, size);
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                from += (int) view.strides()[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                from -= (int) (shape[axis] * view.strides()[axis]);
                index[axis] = 0;
            }
        }
        return rows.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Map<String, PickleReader.View> views(Path file, Object root) {
        Object weights = root instanceof Map<?, ?> checkpoint && checkpoint.get("state_dict") instanceof Map<?, ?> inner
                ? inner
                : root;
        if (!(weights instanceof Map<?, ?> dictionary)) {
            throw new UserException(file + ": holds " + PickleReader.kind(weights)
                    + ", expected a dictionary of tensors; save a state_dict");
        }
        Map<String, PickleReader.View> views = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        dictionary.forEach((name, value) -> {
            if (name instanceof String text && value instanceof PickleReader.View view) {
                views.put(text, view);
            } else {
                others.add("'" + SafetensorsHeader.shown(name.toString()) + "' is " + PickleReader.kind(value));
            }
        });
        if (!others.isEmpty()) {
            throw new UserException(file + ": expected a dictionary of tensors, but " + others.get(0)
                    + (others.size() > 1 ? " (and " + (others.size() - 1) + " more)" : "")
                    + "; save the weights alone, or under 'state_dict'");
        }
        requireSharing(file, views);
        return views;
    }

    private static void requireSharing(Path file, Map<String, PickleReader.View> views) {
        Map<String, PickleReader.Storage> storages = new LinkedHashMap<>();
        double covered = 0;
        for (PickleReader.View view : views.values()) {
            covered += view.span();
            PickleReader.Storage first = storages.putIfAbsent(view.storage().key(), view.storage());
            if (first != null && !first.equals(view.storage())) {
                throw new UserException(file + ": describes the storage '" + SafetensorsHeader.shown(first.key())
                        + "' in two ways" + DAMAGED);
            }
        }
        double stored = storages.values().stream()
                .mapToDouble(PickleReader.Storage::elements)
                .sum();
        if (covered > MOST_SHARING * stored) {
            throw new UserException(file + ": its tensors share their numbers more than " + MOST_SHARING
                    + " times over; save copies of them (tensor.clone()) instead of views");
        }
    }
}
