package org.scedit.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.core.UserException;

class MasterTest {
    @ParameterizedTest
    @ValueSource(strings = {"local", "local[*]", "local[2]", "local[*,4]", "local-cluster[2,1,1024]", "spark://a:7077"})
    void acceptsWhatThisSparkCanDo(String url) {
        assertThat(Master.of(url).url()).isEqualTo(url);
    }

    @Test
    void aStandaloneClusterMayHaveSeveralMasters() {
        assertThat(Master.of("spark://a:7077,10.0.0.2:7078,[::1]:7079").standalone())
                .extracting(address -> address.getHostString() + " " + address.getPort())
                .containsExactly("a 7077", "10.0.0.2 7078", "[::1] 7079");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "local[x]", "local[]", "local-cluster[2,1]", "sparc://a:7077", "spark://a", "spark://a:x",
                "spark://a:70777", "spark://a:7077,", "spark://", "http://a:8080", "a:7077", "k8s://", "YARN"
            })
    void refusesWhatIsNoMaster(String url) {
        assertThatThrownBy(() -> Master.of(url))
                .isInstanceOf(UserException.class)
                .hasMessage("--spark '" + url + "': is not the address of a Spark master; expected local[*],"
                        + " local[THREADS], spark://HOST:PORT (several: spark://HOST:PORT,HOST:PORT), yarn, or"
                        + " k8s://https://HOST:PORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yarn", "k8s://https://a:6443"})
    void tellsWhatNeedsAnInstallationOfSpark(String url) {
        assertThatThrownBy(() -> Master.of(url))
                .isInstanceOf(UserException.class)
                .hasMessage("--spark " + url + ": this needs the cluster's own installation of Spark; set SPARK_HOME to"
                        + " its folder, whose jars are then used");
    }

    @Test
    void aMasterThatDoesNotAnswerIsToldAtOnce() throws IOException {
        int closed = closedPort();
        Master master = Master.of("spark://127.0.0.1:" + closed + ",nobody.invalid:7077");

        assertThatThrownBy(master::requireReachable)
                .isInstanceOf(UserException.class)
                .hasMessage("--spark spark://127.0.0.1:" + closed + ",nobody.invalid:7077: no Spark master can be"
                        + " reached (127.0.0.1:" + closed
                        + ": Connection refused; nobody.invalid:7077: there is no such"
                        + " host); start one there, or give the address that the master's page shows at its top");
    }

    @Test
    void oneMasterThatAnswersIsEnough() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Master.of("spark://127.0.0.1:" + closedPort() + ",127.0.0.1:" + server.getLocalPort())
                    .requireReachable();
        }
    }

    private static int closedPort() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return server.getLocalPort();
        }
    }
}
