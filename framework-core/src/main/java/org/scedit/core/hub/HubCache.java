package org.scedit.core.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * One model's part of the cache, as Python's huggingface_hub lays it out:
 *
 * <pre>
 * models--OWNER--NAME/refs/REVISION            the commit it stood for when last asked
 *                     snapshots/COMMIT/FILE    a relative link to the blob, or the file itself
 *                     blobs/ETAG               contents by their hash
 * .locks/models--OWNER--NAME/ETAG.lock         held while a blob is written
 * </pre>
 */
final class HubCache {
    private static final Duration LOCK_LOOK = Duration.ofMillis(50);
    private static final int MOST_FILES = 10_000;

    private final Path folder;
    private final Path locks;
    private final boolean links;

    HubCache(HubSettings settings, HubModel model) {
        String name = "models--" + model.name().replace("/", "--");
        folder = settings.cache().resolve(name);
        locks = settings.cache().resolve(".locks").resolve(name);
        links = settings.links();
    }

    /** The commit that a branch or tag was seen at last. */
    Optional<String> commit(String revision) {
        try {
            return Optional.of(Files.readString(folder.resolve("refs").resolve(revision))
                            .strip())
                    .filter(HubModel::isCommit);
        } catch (IOException e) {
            return Optional.empty(); // never seen
        }
    }

    /** Notes where a branch or tag is now. A cache that cannot be written to still serves. */
    void remember(String revision, String commit) {
        if (revision.equals(commit) || commit(revision).equals(Optional.of(commit))) {
            return;
        }
        Path ref = folder.resolve("refs").resolve(revision);
        if (Files.isWritable(folder)) {
            AtomicFiles.writeText(ref, commit);
        }
    }

    /** The folder of a commit's files. */
    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /** Relative paths of the files of a commit that are there, with slashes. */
    List<String> files(String commit) {
        Path snapshot = snapshot(commit);
        if (!Files.isDirectory(snapshot)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(snapshot, 3)) {
            return all.limit(MOST_FILES)
                    .filter(Files::isRegularFile) // follows the links, and one that leads nowhere is no file
                    .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserException(snapshot + ": cannot be read: " + HubClient.reason(e), e);
        }
    }

    /** Where a content is kept. */
    Path blob(String etag) {
        return folder.resolve("blobs").resolve(etag);
    }

    /**
     * Where a content grows. Not the name that Python's tool uses: its lock and Java's do not see each other on Linux, and
     * two writers of one file would spoil it.
     */
    Path incomplete(String etag) {
        return folder.resolve("blobs").resolve(etag + ".scedit.incomplete");
    }

    /**
     * Makes the folders for a content and waits until no other process writes it; close the lock to release it.
     *
     * @param watch asked while it waits whether to go on
     */
    AutoCloseableLock lock(String etag, HubModels.Watch watch) throws IOException {
        Files.createDirectories(folder.resolve("blobs"));
        Files.createDirectories(locks);
        FileChannel file =
                FileChannel.open(locks.resolve(etag + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (!isLocked(file)) {
                watch.requireGoingOn();
                Patience.sleep(LOCK_LOOK);
            }
            return file::close;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Held until closed. */
    interface AutoCloseableLock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private static boolean isLocked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process has it
        } catch (IOException e) {
            return true; // a disk without locks; contents are checked before they get their name
        }
    }

    /**
     * Makes a blob a file of a snapshot.
     *
     * @param fresh whether the blob is of this download, so that no other snapshot can hold it; where links cannot be
     *     made, it is then moved instead of copied
     */
    void place(String commit, String name, String etag, boolean fresh) throws IOException {
        Path file = snapshot(commit).resolve(name);
        Path blob = blob(etag);
        if (Files.isRegularFile(file)) {
            return; // another process was faster, and may be reading it
        }
        Files.createDirectories(file.getParent());
        if (links) {
            try {
                Files.deleteIfExists(file); // a link that leads nowhere
                Files.createSymbolicLink(file, file.getParent().relativize(blob));
                return;
            } catch (FileAlreadyExistsException e) {
                return; // another process was faster
            } catch (UnsupportedOperationException | FileSystemException e) {
                // Windows asks for a right that most users lack
            }
        }
        if (fresh) {
            Files.move(blob, file, StandardCopyOption.REPLACE_EXISTING);
        } else {
            AtomicFiles.write(file, out -> Files.copy(blob, out));
        }
    }
}
