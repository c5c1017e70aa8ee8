package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Address at which the other replicas reach this one. */
class ReplicaAnnouncerTest {

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
        assertThat(ReplicaAnnouncer.host(Optional.of("fd00::17"), "0.0.0.0")).isEqualTo("[fd00::17]");
        assertThat(ReplicaAnnouncer.host(Optional.of("[fd00::17]"), "0.0.0.0")).isEqualTo("[fd00::17]");
        assertThat(ReplicaAnnouncer.host(Optional.of("10.0.0.1"), "0.0.0.0")).isEqualTo("10.0.0.1");
        assertThat(ReplicaAnnouncer.host(Optional.empty(), "::1")).isEqualTo("[::1]");
    }

    @ParameterizedTest
    @ValueSource(strings = { "0.0.0.0", "::", "0:0:0:0:0:0:0:0" })
    void a_server_on_every_address_has_that_of_its_machine(String boundTo) throws Exception {
        String machine = InetAddress.getLocalHost().getHostAddress();
        assertThat(ReplicaAnnouncer.host(Optional.empty(), boundTo)).isIn(machine, '[' + machine + ']');
    }
}
