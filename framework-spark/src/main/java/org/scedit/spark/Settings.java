package org.scedit.spark;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.scedit.core.UserException;
import org.scedit.core.sweep.Cell;

/**
 * Spark's settings for a sweep: the user's, which are Java's system properties {@code spark.*}, then those of an
 * installation's {@code spark-defaults.conf}, then what suits cells.
 */
final class Settings {
    /** Where scedit is installed on the executors' machines; without it, where it is on this one. */
    static final String HOME = "spark.scedit.home";

    /** Seconds to wait until the first executor works. */
    static final String WAIT = "spark.scedit.wait";

    /** What Spark itself reserves for an executor at least. */
    private static final int LEAST_OVERHEAD_MIB = 384;

    private static final Duration USUAL_WAIT = Duration.ofSeconds(180);

    private final SparkConf conf;

    private Settings(SparkConf conf) {
        this.conf = conf;
    }

    /** @param threads of each cell, which are as many processors for Spark */
    static Settings of(Master master, String name, int threads) {
        var settings = new Settings(new SparkConf().setMaster(master.url()).setAppName("scedit ablate " + name));
        settings.addDefaultsOfInstallation();
        SparkConf conf = settings.conf;
        conf.setIfMissing("spark.ui.enabled", "false");
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        // an executor only waits for its processes
        conf.setIfMissing("spark.executor.memory", "512m");
        conf.set("spark.task.cpus", Integer.toString(threads));
        // a second run of the same cell would write in the same folder
        conf.set("spark.speculation", "false");
        String[] jars = Stream.of(Settings.class, Cell.class)
                .flatMap(type -> Arrays.stream(JavaSparkContext.jarOfClass(type)))
                .toArray(String[]::new);
        if (!master.local() && jars.length > 0) {
            conf.setJars(jars);
        }
        return settings;
    }

    private void addDefaultsOfInstallation() {
        Optional<Path> folder = Optional.ofNullable(System.getenv("SPARK_CONF_DIR"))
                .map(Path::of)
                .or(() -> Optional.ofNullable(System.getenv("SPARK_HOME")).map(home -> Path.of(home, "conf")));
        Path file = folder.map(path -> path.resolve("spark-defaults.conf")).orElse(null);
        if (file == null || !Files.isRegularFile(file)) {
            return;
        }
        var defaults = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            defaults.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserException(file + ": cannot be read as Spark's settings: " + e.getMessage(), e);
        }
        defaults.stringPropertyNames().stream()
                .filter(key -> key.startsWith("spark."))
                .forEach(key -> conf.setIfMissing(key, defaults.getProperty(key).strip()));
    }

    /**
     * Has YARN and Kubernetes give executors the memory that the cells' processes take beside them. All other masters do
     * not count it.
     *
     * @param bytes that one cell takes at most
     */
    void reserve(long bytes) {
        int together = Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
        conf.setIfMissing("spark.executor.memoryOverhead", LEAST_OVERHEAD_MIB + together * (bytes >> 20) + "m");
    }

    SparkConf conf() {
        return conf;
    }

    /**
     * The folder of scedit's launcher on the executors.
     *
     * @throws UserException if neither the setting nor the launcher tells it
     */
    String home() {
        String home = conf.get(HOME, System.getProperty("scedit.home", ""));
        if (home.isEmpty()) {
            throw new UserException(
                    HOME + " is not set: the folder of scedit's launcher on the executors' machines; set"
                            + " it by SCEDIT_JAVA_OPTS=-D" + HOME + "=FOLDER");
        }
        return Path.of(home).toAbsolutePath().toString();
    }

    /** How long to wait for the first executor. */
    Duration longestWait() {
        try {
            return Duration.ofSeconds(conf.getLong(WAIT, USUAL_WAIT.toSeconds()));
        } catch (NumberFormatException e) {
            throw new UserException(WAIT + ": expected seconds, got '" + conf.get(WAIT) + "'", e);
        }
    }

    /**
     * What a cell's process gets from this process's environment: more plugins and Java's options. All else, such as
     * passwords of hubs, is the executors' own, or set by Spark's {@code spark.executorEnv.NAME}.
     */
    static Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        for (String name : List.of("SCEDIT_PLUGINS", "SCEDIT_JAVA_OPTS")) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        return environment;
    }
}
