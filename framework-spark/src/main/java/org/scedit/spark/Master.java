package org.scedit.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.core.UserException;

/**
 * Whom Spark asks for executors.
 *
 * @param url        as Spark writes it: {@code local[*]}, {@code spark://host:7077}, {@code yarn}, {@code k8s://...}
 * @param standalone where the masters of a standalone cluster are, one of which leads; empty for all other kinds
 */
record Master(String url, List<InetSocketAddress> standalone) {
    private static final int ANSWER_MILLIS = 5000;
    private static final String COUNT = "\\d{1,6}";
    private static final Pattern LOCAL = Pattern.compile("local(\\[(\\*|" + COUNT + ")(," + COUNT + ")?])?");
    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[" + COUNT + "," + COUNT + "," + COUNT + "]");
    private static final Pattern STANDALONE = Pattern.compile("spark://(.+)");
    private static final Pattern HOST = Pattern.compile("([^:/@,\\s]+|\\[[0-9a-fA-F:]+]):(\\d{1,5})");
    private static final Pattern KUBERNETES = Pattern.compile("k8s://\\S+");

    Master {
        standalone = List.copyOf(standalone);
    }

    /**
     * Reads a master's address, without asking whether somebody is there.
     *
     * @throws UserException if it is none, or of a kind that this Spark has not the classes for
     */
    static Master of(String url) {
        if (LOCAL.matcher(url).matches() || LOCAL_CLUSTER.matcher(url).matches()) {
            return new Master(url, List.of());
        }
        Matcher standalone = STANDALONE.matcher(url);
        if (standalone.matches()) {
            return new Master(url, hosts(url, standalone.group(1)));
        }
        if (url.equals("yarn")) {
            requireInstallation(url, "org.apache.spark.scheduler.cluster.YarnClusterManager");
            if (System.getenv("HADOOP_CONF_DIR") == null && System.getenv("YARN_CONF_DIR") == null) {
                throw new UserException(
                        "--spark yarn: set HADOOP_CONF_DIR to the folder of the cluster's configuration,"
                                + " which tells where YARN is");
            }
            return new Master(url, List.of());
        }
        if (KUBERNETES.matcher(url).matches()) {
            requireInstallation(url, "org.apache.spark.scheduler.cluster.k8s.KubernetesClusterManager");
            return new Master(url, List.of());
        }
        throw unknown(url);
    }

    private static List<InetSocketAddress> hosts(String url, String hosts) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String text : hosts.split(",", -1)) {
            Matcher host = HOST.matcher(text);
            if (!host.matches() || Integer.parseInt(host.group(2)) > 0xFFFF) {
                throw unknown(url);
            }
            // not looked up here: an address that nobody knows is told with the others that do not answer
            addresses.add(InetSocketAddress.createUnresolved(host.group(1), Integer.parseInt(host.group(2))));
        }
        return addresses;
    }

    private static UserException unknown(String url) {
        return new UserException("--spark '" + url + "': is not the address of a Spark master; expected local[*],"
                + " local[THREADS], spark://HOST:PORT (several: spark://HOST:PORT,HOST:PORT), yarn, or"
                + " k8s://https://HOST:PORT");
    }

    private static void requireInstallation(String url, String type) {
        try {
            Class.forName(type, false, Master.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UserException(
                    "--spark " + url + ": this needs the cluster's own installation of Spark;"
                            + " set SPARK_HOME to its folder, whose jars are then used",
                    e);
        }
    }

    /**
     * Asks the masters of a standalone cluster for an answer, some seconds each. Spark itself would try for a minute, and
     * say less.
     *
     * @throws UserException if none answers
     */
    void requireReachable() {
        List<String> silent = new ArrayList<>();
        for (InetSocketAddress address : standalone) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(address.getHostString(), address.getPort()), ANSWER_MILLIS);
                return;
            } catch (IOException e) {
                silent.add(address.getHostString() + ":" + address.getPort() + ": " + told(e));
            }
        }
        if (!silent.isEmpty()) {
            throw new UserException("--spark " + url + ": no Spark master can be reached (" + String.join("; ", silent)
                    + "); start one there, or give the address that the master's page shows at its top");
        }
    }

    private static String told(IOException e) {
        return e instanceof java.net.UnknownHostException ? "there is no such host" : String.valueOf(e.getMessage());
    }

    /** Whether the tasks run in this very process. */
    boolean local() {
        return LOCAL.matcher(url).matches();
    }
}
