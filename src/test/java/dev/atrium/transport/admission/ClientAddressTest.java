package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Address of a client, with proxies and without. */
class ClientAddressTest {

    private static String address(String trusted, String peer, String... forwarded) {
        Requests request = new Requests().from(peer);
        for (String line : forwarded) {
            request.header("X-Forwarded-For", line);
        }
        return new ClientAddress(trusted == null ? List.of() : List.of(trusted.split(" "))).of(request.request());
    }

    @ParameterizedTest(name = "proxies {0}, peer {1}, forwarded {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # Without proxies
                          | 203.0.113.9       |                                    | 203.0.113.9
                          | 203.0.113.9       | 192.0.2.1                          | ''
                          | ::ffff:192.0.2.1  |                                    | 192.0.2.1
                          | 2001:db8:1:2:3::4 |                                    | 2001:db8:1:2::/64
                          | 2001:db8:1:2:f::9 |                                    | 2001:db8:1:2::/64
                          | 2001:db8:1:3::4   |                                    | 2001:db8:1:3::/64
            # Who is a proxy
            10.0.0.0/8    | 203.0.113.9       | 192.0.2.1                          | 203.0.113.9
            10.0.0.0/8    | 11.0.0.1          | 192.0.2.1                          | 11.0.0.1
            10.0.0.0/8    | 10.255.0.1        | 192.0.2.1                          | 192.0.2.1
            10.0.0.0/8    | ::ffff:10.1.2.3   | 192.0.2.1                          | 192.0.2.1
            10.1.2.3      | 10.1.2.3          | 192.0.2.1                          | 192.0.2.1
            10.1.2.3      | 10.1.2.4          | 192.0.2.1                          | 10.1.2.4
            10.1.2.3 ::1  | ::1               | 192.0.2.1                          | 192.0.2.1
            ::1           | ::2               | 192.0.2.1                          | ::/64
            2001:db8::/32 | 2001:db8:5::1     | 192.0.2.1                          | 192.0.2.1
            2001:db8::/32 | 2001:db9::1       | 192.0.2.1                          | 2001:db9::/64
            0.0.0.0/0     | 203.0.113.9       | 192.0.2.1                          | ''
            # What a proxy has written
            10.0.0.0/8    | 10.1.2.3          |                                    | ''
            10.0.0.0/8    | 10.1.2.3          | 198.51.100.6, 192.0.2.1            | 192.0.2.1
            10.0.0.0/8    | 10.1.2.3          | 198.51.100.6 , 192.0.2.1 ,10.9.9.9 | 192.0.2.1
            10.0.0.0/8    | 10.1.2.3          | 10.9.9.9                           | ''
            10.0.0.0/8    | 10.1.2.3          | 192.0.2.1, unknown                 | ''
            10.0.0.0/8    | 10.1.2.3          | unknown, 192.0.2.1                 | 192.0.2.1
            10.0.0.0/8    | 10.1.2.3          | 192.0.2.1, ,                       | ''
            10.0.0.0/8    | 10.1.2.3          | 192.0.2.1:5678                     | 192.0.2.1
            10.0.0.0/8    | 10.1.2.3          | 192.0.2.1, 10.3.3.3:5678           | 192.0.2.1
            10.0.0.0/8    | 10.1.2.3          | [2001:db8:1:2:3::4]:5678           | 2001:db8:1:2::/64
            10.0.0.0/8    | 10.1.2.3          | [2001:db8:1:2:3::4]                | 2001:db8:1:2::/64
            10.0.0.0/8    | 10.1.2.3          | 2001:db8:1:2:3::4                  | 2001:db8:1:2::/64
            10.0.0.0/8    | 10.1.2.3          | ::ffff:192.0.2.1                   | 192.0.2.1
            10.0.0.0/8    | 10.1.2.3          | [192.0.2.1                         | ''
            10.0.0.0/8    | 10.1.2.3          | :5678                              | ''
            """)
    void the_last_address_that_is_not_a_trusted_proxy_is_the_client(String trusted, String peer, String forwarded,
            String client) {
        assertThat(forwarded == null ? address(trusted, peer) : address(trusted, peer, forwarded)).isEqualTo(client);
    }

    @Test
    void lines_of_several_proxies_are_one_list() {
        assertThat(address("10.0.0.0/8", "10.1.2.3", "198.51.100.6", "192.0.2.1, 10.9.9.9")).isEqualTo("192.0.2.1");
        assertThat(address("10.0.0.0/8", "10.1.2.3", "192.0.2.1", "10.9.9.9")).isEqualTo("192.0.2.1");
    }

    @Test
    void a_proxy_that_is_not_listed_may_tell_of_itself_in_the_header_of_rfc_7239_alone() {
        Requests request = new Requests().from("10.1.2.3");
        request.header("Forwarded", "for=192.0.2.1");
        assertThat(new ClientAddress(List.of()).of(request.request())).isEmpty();
        assertThat(new ClientAddress(List.of("10.0.0.0/8")).of(request.request())).isEmpty();
    }

    @Test
    void a_socket_without_an_address_has_an_unknown_client() {
        assertThat(address(null, null)).isEmpty();
        assertThat(address("10.0.0.0/8", null, "192.0.2.1")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/x", "2001:db8::/129",
            "10/8", "192.168/16", "10", "localhost", "localhost/32", "0x0a000000/8", "167772160/8", "", "/8" })
    void an_invalid_network_stops_the_start(String network) {
        assertThatThrownBy(() -> new ClientAddress(List.of("10.0.0.0/8", network))).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.trusted-proxies: expected networks, for example 10.0.0.0/8, got \"" + network + '"');
    }

    private static InetSocketAddress peer(String address) {
        return new InetSocketAddress(address, 1234);
    }

    @Test
    void a_peer_that_has_sent_nothing_yet_is_the_client_unless_it_is_a_proxy() {
        ClientAddress listed = new ClientAddress(List.of("10.0.0.0/8"));
        assertThat(listed.of(peer("203.0.113.9"))).isEqualTo("203.0.113.9");
        assertThat(listed.of(peer("2001:db8:1:2:3::4"))).isEqualTo("2001:db8:1:2::/64");
        assertThat(listed.of(peer("10.1.2.3"))).isEmpty();
        assertThat(listed.of(new SocketAddress() {
        })).isEmpty();

        ClientAddress unlisted = new ClientAddress(List.of());
        assertThat(unlisted.of(peer("203.0.113.9"))).isEqualTo("203.0.113.9");
        unlisted.of(new Requests().from("203.0.113.9").header("X-Forwarded-For", "192.0.2.1").request());
        assertThat(unlisted.of(peer("203.0.113.9"))).as("it may be a proxy").isEmpty();
    }
}
