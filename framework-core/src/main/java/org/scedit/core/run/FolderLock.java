package org.scedit.core.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.scedit.core.UserException;

/** Makes a process the only one that writes to a folder, by a lock on its file {@code .lock}; closing gives it back. */
public final class FolderLock implements AutoCloseable {
    private static final String NAME = ".lock";

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock of a folder, which is made if it is not there.
     *
     * @return empty if someone else holds it, in this process or another
     * @throws UserException if the folder cannot be made or written to
     */
    public static Optional<FolderLock> take(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (locked(channel) != null) {
                    return Optional.of(new FolderLock(channel));
                }
                channel.close();
                return Optional.empty();
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + folder + ": " + e + "; free some space or choose another output folder", e);
        }
    }

    /** Whether another process writes to a folder, which need not exist. */
    public static boolean isTaken(Path folder) {
        if (!Files.exists(folder.resolve(NAME))) {
            return false;
        }
        Optional<FolderLock> lock = take(folder);
        lock.ifPresent(FolderLock::close);
        return lock.isEmpty();
    }

    private static FileLock locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Its file stays, since removing it could tear another's lock. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            // nothing was written through it
        }
    }
}
