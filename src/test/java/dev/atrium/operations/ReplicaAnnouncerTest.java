package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import io.smallrye.mutiny.Uni;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Address at which the other replicas reach this one. */
class ReplicaAnnouncerTest {

    /** A machine whose name has no address. */
    private static final Callable<InetAddress> NAMELESS = () -> {
        throw new UnknownHostException("nowhere: Name or service not known");
    };

    @ParameterizedTest
    @ValueSource(strings = { "10.0.0.1", "::1", "[::1]", "fd00::17", "localhost", "atrium-0.atrium.default.svc.cluster.local",
            "replica_1", "node7.example.com.", "123456789012" })
    void a_name_or_an_address_is_a_host(String host) {
        assertThat(ReplicaAnnouncer.isHost(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://10.0.0.1:8080", "http://10.0.0.1", "10.0.0.1:8080", "localhost:8080", "[::]", "[a]",
            "[::1]:8080", "10.0.0", "10.0.0.256", "10.0.0.0/8", "a b", "host/path", ".example.com", "0.0.0.0", "::", "" })
    void anything_else_is_not(String host) {
        assertThat(ReplicaAnnouncer.isHost(host)).isFalse();
    }

    @Test
    void an_ipv6_address_has_brackets_as_in_a_url() throws Exception {
        assertThat(ReplicaAnnouncer.host(Optional.of("fd00::17"), "0.0.0.0", NAMELESS)).isEqualTo("[fd00::17]");
        assertThat(ReplicaAnnouncer.host(Optional.of("[fd00::17]"), "0.0.0.0", NAMELESS)).isEqualTo("[fd00::17]");
        assertThat(ReplicaAnnouncer.host(Optional.of("10.0.0.1"), "0.0.0.0", NAMELESS)).isEqualTo("10.0.0.1");
        assertThat(ReplicaAnnouncer.host(Optional.empty(), "::1", NAMELESS)).isEqualTo("[::1]");
    }

    @ParameterizedTest
    @ValueSource(strings = { "0.0.0.0", "::", "0:0:0:0:0:0:0:0" })
    void a_server_on_every_address_has_that_of_its_machine(String boundTo) throws Exception {
        String machine = InetAddress.getLocalHost().getHostAddress();
        assertThat(ReplicaAnnouncer.host(Optional.empty(), boundTo, InetAddress::getLocalHost)).isIn(machine,
                '[' + machine + ']');
    }

    @Test
    void a_machine_whose_name_has_no_address_is_told_which_setting_to_set() {
        ReplicaAnnouncer announcer = new ReplicaAnnouncer(null, null, Optional::empty, "0.0.0.0");
        try (CapturedLog log = new CapturedLog(ReplicaAnnouncer.class.getName())) {
            announcer.announce(Uni.createFrom().item(URI.create("http://localhost:8080")), NAMELESS);
            assertThat(log.lines()).singleElement().asString().contains("set atrium.replica.host: ",
                    "nowhere: Name or service");
        }
    }
}
