package org.scedit.core.shared;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.scedit.core.UserException;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;

/**
 * A folder of results that several runs share, also at the same time and from several processes: the first one makes a
 * result, the others wait for it and map its file. A file's name has the hash of all that the result follows from, and its
 * header the hash of its numbers: one that is damaged is made again. So a run with the folder gives the bits of a run
 * without, and a folder that cannot be written to costs time only.
 */
public final class SharedFiles {
    /** The variable of the environment that names the folder. */
    public static final String VARIABLE = "SCEDIT_SHARED";

    private static final String HASH = "scedit.sha256";
    private static final int WAIT_MILLIS = 50;

    private final Optional<Path> folder;
    private final Consumer<String> notices;

    /** Arrays of numbers and texts, each by its name. */
    public interface Entry {
        /** @throws IllegalArgumentException if there is no such array */
        float[] floats(String name);

        /** An empty text where there is none of that name. */
        String text(String name);
    }

    /** A result that was just made. */
    public record Made(Map<String, float[]> arrays, Map<String, String> texts) implements Entry {
        public Made {
            arrays = Map.copyOf(arrays);
            texts = Map.copyOf(texts);
        }

        @Override
        public float[] floats(String name) {
            float[] values = arrays.get(name);
            if (values == null) {
                throw new IllegalArgumentException("nothing made is called '" + name + "'");
            }
            return values;
        }

        @Override
        public String text(String name) {
            return texts.getOrDefault(name, "");
        }
    }

    /** A result in a file, read when it is asked for. */
    private record Stored(SafetensorsFile file) implements Entry {
        @Override
        public float[] floats(String name) {
            return file.floats(name);
        }

        @Override
        public String text(String name) {
            return file.metadata().getOrDefault(name, "");
        }

        /** Whether it holds what was written. */
        boolean isWhole() {
            Map<String, String> texts = new HashMap<>(file.metadata());
            String written = texts.remove(HASH);
            return hash(texts, file.entries().keySet(), this).equals(written);
        }
    }

    private SharedFiles(Optional<Path> folder, Consumer<String> notices) {
        this.folder = folder;
        this.notices = notices;
    }

    /** No folder: everything is made anew. */
    public static SharedFiles none() {
        return new SharedFiles(Optional.empty(), notice -> {});
    }

    /**
     * A folder, which is made when the first result is kept.
     *
     * @param notices takes a line for every result that could not be kept, or was damaged
     */
    public static SharedFiles in(Path folder, Consumer<String> notices) {
        return new SharedFiles(Optional.of(folder), notices);
    }

    /** The folder that {@value #VARIABLE} names; none where it is not set. */
    public static Optional<Path> ofEnvironment(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(VARIABLE))
                .filter(text -> !text.isBlank())
                .map(Path::of);
    }

    /**
     * A result.
     *
     * @param kind its folder within this one
     * @param key  of all that it follows from; asked only where results are shared
     * @param make makes it, where it is not there
     */
    public Entry get(String kind, Supplier<ContentKey> key, Supplier<Made> make) {
        return folder.isEmpty()
                ? make.get()
                : get(folder.get().resolve(kind).resolve(key.get().hex() + ".safetensors"), make);
    }

    private Entry get(Path file, Supplier<Made> make) {
        Optional<Entry> found = whole(file);
        if (found.isPresent()) {
            return found.get();
        }
        try (FileChannel channel = lockFile(file);
                FileLock lock = locked(channel)) {
            return whole(file).orElseGet(() -> kept(file, make.get()));
        } catch (IOException e) {
            notices.accept(file.getParent() + ": cannot be shared through, so this run makes its own: " + e);
            return make.get();
        }
    }

    /** Few files for any number of results: they are locked in groups by how their key begins. */
    private static FileChannel lockFile(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        String group = file.getFileName().toString().substring(0, 2);
        return FileChannel.open(
                file.resolveSibling(".lock-" + group), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Waits for other processes, and for other threads of this one; a process that dies gives its lock back. */
    private static FileLock locked(FileChannel channel) throws IOException {
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // another thread of this process holds it
            }
            try {
                Thread.sleep(WAIT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while another run made the same", e);
            }
        }
    }

    private Optional<Entry> whole(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var stored = new Stored(SafetensorsFile.open(file));
            if (stored.isWhole()) {
                return Optional.of(stored);
            }
            notices.accept(file + ": its numbers are not those that were written, so they are made again");
        } catch (UserException e) {
            notices.accept(e.getMessage() + "; it is made again");
        }
        return Optional.empty();
    }

    private Entry kept(Path file, Made made) {
        Map<String, SafetensorsWriter.Tensor> tensors = new HashMap<>();
        made.arrays().forEach((name, values) -> tensors.put(name, SafetensorsWriter.Tensor.f32(values, values.length)));
        Map<String, String> texts = new HashMap<>(made.texts());
        texts.put(HASH, hash(made.texts(), made.arrays().keySet(), made));
        try {
            SafetensorsWriter.write(file, tensors, texts);
            return new Stored(SafetensorsFile.open(file));
        } catch (UserException e) {
            notices.accept(e.getMessage() + "; this run goes on without sharing it");
            return made;
        }
    }

    private static String hash(Map<String, String> texts, Set<String> arrays, Entry entry) {
        ContentKey key = ContentKey.empty();
        new TreeMap<>(texts).forEach(key::add);
        new TreeSet<>(arrays).forEach(name -> key.add(name, entry.floats(name)));
        return key.hex();
    }
}
