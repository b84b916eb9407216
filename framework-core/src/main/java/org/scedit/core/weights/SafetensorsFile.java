package org.scedit.core.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
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
import org.scedit.core.UserException;

/**
 * A safetensors file, checked completely when it is opened, whose tensors are read by mapping: they cost page cache
 * rather than heap, and are read from the disk only when touched.
 *
 * <p>There is nothing to close: the file is not held open, and a mapping goes with the last buffer made from it.
 */
public final class SafetensorsFile implements TensorSource {
    /** Tensors are mapped together in runs of about this size; one mapping each would exhaust the system's count. */
    private static final long MAPPING_BYTES = 1L << 30;

    private final Path file;
    private final Map<String, Entry> entries;
    private final Map<String, WeightSource.Entry> tensors;
    private final Map<String, String> metadata;
    private final List<Mapping> mappings;

    /**
     * A tensor in the file.
     *
     * @param name   its key
     * @param dtype  type of its elements
     * @param shape  sizes, outermost first; empty for a scalar
     * @param offset where its bytes begin, counted from the beginning of the file
     * @param bytes  how many bytes it has: product of the sizes times the element's size
     */
    public record Entry(String name, DType dtype, long[] shape, long offset, long bytes) {
        /** Number of elements. */
        public long elements() {
            return bytes / dtype.bytes();
        }
    }

    private SafetensorsFile(Path file, SafetensorsHeader header) {
        this.file = file;
        this.entries = Collections.unmodifiableMap(header.entries());
        Map<String, WeightSource.Entry> described = new LinkedHashMap<>();
        entries.forEach(
                (name, entry) -> described.put(name, new WeightSource.Entry(name, entry.dtype(), entry.shape())));
        this.tensors = Collections.unmodifiableMap(described);
        this.metadata = Collections.unmodifiableMap(header.metadata());
        this.mappings = mappingsOf(entries);
    }

    /**
     * Reads and checks the header.
     *
     * @throws UserException if there is no such file, it cannot be read, or it breaks the format: the message names the
     *                       file and the tensor, what was found and what was expected
     */
    public static SafetensorsFile open(Path file) {
        if (Files.isDirectory(file)) {
            throw new UserException(file + ": is a folder, expected a safetensors file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new SafetensorsFile(file, SafetensorsHeader.read(file, channel));
        } catch (NoSuchFileException e) {
            throw new UserException(file + ": no such file; check the path, or download the weights", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The file that was opened. */
    @Override
    public Path path() {
        return file;
    }

    @Override
    public Map<String, WeightSource.Entry> tensors() {
        return tensors;
    }

    /** The tensors by name, in the order of their bytes in the file; cannot be changed. */
    public Map<String, Entry> entries() {
        return entries;
    }

    @Override
    public boolean isMapped() {
        return true;
    }

    /** The free texts of the header, empty if it has none; cannot be changed. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * The bytes of a tensor: a direct, little-endian buffer from 0 to its size, aligned to its element's size, so that
     * the tensor engine can use it in place. It is read-only memory: an operation that changes a tensor made over it in
     * place ends the process, so copy what is to be trained.
     *
     * @throws IllegalArgumentException if the file has no tensor of that name
     * @throws UserException            if the tensor has 2 GiB or more, or the file cannot be read
     */
    @Override
    public ByteBuffer data(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(file + " has no tensor '" + name + "'");
        }
        if (entry.bytes() > Integer.MAX_VALUE) {
            throw new UserException(
                    file + ": tensor '" + name + "' of shape " + Arrays.toString(entry.shape()) + " has "
                            + entry.bytes() + " bytes, at most " + Integer.MAX_VALUE
                            + " are supported for one tensor; convert it to a 16-bit type");
        }
        Mapping mapping =
                mappings.stream().filter(run -> run.holds(entry)).findFirst().orElseThrow();
        ByteBuffer data = mapping.slice(file, entry);
        return entry.offset() % entry.dtype().bytes() == 0 ? data : alignedCopy(data);
    }

    /** Cuts the file into runs of whole tensors, each mapped when first used. */
    private static List<Mapping> mappingsOf(Map<String, Entry> entries) {
        List<Mapping> runs = new ArrayList<>();
        long begin = -1;
        long end = -1;
        for (Entry entry : entries.values()) {
            long entryEnd = entry.offset() + entry.bytes();
            if (begin >= 0 && entryEnd - begin > MAPPING_BYTES) {
                runs.add(new Mapping(begin, end));
                begin = -1;
            }
            begin = begin < 0 ? entry.offset() : begin;
            end = entryEnd;
        }
        if (begin >= 0) {
            runs.add(new Mapping(begin, end));
        }
        return runs;
    }

    /** Some writers do not pad the header, so that numbers straddle their natural boundaries. */
    private static ByteBuffer alignedCopy(ByteBuffer data) {
        return ByteBuffer.allocateDirect(data.remaining())
                .put(data)
                .flip()
                .asReadOnlyBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static UserException unreadable(Path file, IOException e) {
        String reason = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
        return new UserException(file + ": cannot be read: " + reason, e);
    }

    /** A stretch {@code [begin, end)} of the file. */
    private static final class Mapping {
        private final long begin;
        private final long end;
        private ByteBuffer bytes;

        Mapping(long begin, long end) {
            this.begin = begin;
            this.end = end;
        }

        boolean holds(Entry entry) {
            return begin <= entry.offset() && entry.offset() + entry.bytes() <= end;
        }

        synchronized ByteBuffer slice(Path file, Entry entry) {
            if (bytes == null) {
                bytes = map(file);
            }
            return bytes.slice((int) (entry.offset() - begin), (int) entry.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        private ByteBuffer map(Path file) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                if (channel.size() < end) {
                    throw new UserException(
                            file + ": has become shorter since it was opened; leave it alone during a run");
                }
                return channel.map(FileChannel.MapMode.READ_ONLY, begin, end - begin);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }
    }
}
