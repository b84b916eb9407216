package org.scedit.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What every machine of the cluster must have under the same paths, so that a cell's run finds there what it would find
 * here. Sent to the executors: paths are text, and absolute.
 *
 * @param directory   the working directory, to which a recipe's paths are relative
 * @param token       a file in the folder of the cells, which all machines share
 * @param secret      what is in that file, which tells this folder from another one under the same path
 * @param home        where scedit is installed: the folder of its launcher
 * @param environment variables for the cell's process, besides those of the executor
 */
record Workplace(String directory, String token, String secret, String home, Map<String, String> environment)
        implements Serializable {

    /** The command that starts scedit. */
    String launcher() {
        return Path.of(home, "scedit").toString();
    }

    /** Whether the sweep has ended or is asked to: its token is gone. */
    boolean closed() {
        return Files.notExists(Path.of(token)); // and not only unreachable for a moment
    }

    /** What is missing on the machine that this is called on, as a line for the user. */
    Optional<String> problem() {
        if (!reads(Path.of(token), secret)) {
            return told("does not see the sweep's folder " + Path.of(token).getParent()
                    + "; it must be on storage that all machines mount under this path");
        }
        if (!Files.isDirectory(Path.of(directory))) {
            return told(
                    "has no folder " + directory
                            + ", from where the sweep was started; start it in a folder that all machines mount under one path");
        }
        if (!Files.isExecutable(Path.of(launcher()))) {
            return told(
                    "has no scedit in " + home + "; install it there, or tell the folder where it is on all machines:"
                            + " SCEDIT_JAVA_OPTS=-Dspark.scedit.home=FOLDER");
        }
        return Optional.empty();
    }

    private static boolean reads(Path file, String content) {
        try {
            return Files.readString(file).equals(content);
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> told(String problem) {
        return Optional.of("executor on " + host() + " " + problem);
    }

    /** The name of the machine that this is called on. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a machine without name";
        }
    }
}
