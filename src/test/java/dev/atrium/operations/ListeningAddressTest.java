package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.ValueRegistryImpl;
import io.quarkus.value.registry.ValueRegistry;
import io.quarkus.vertx.http.HttpServer;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The address of the server, read before and after Quarkus knows its port. */
class ListeningAddressTest {

    private static final URI BASE = URI.create("http://127.0.0.1:8080");

    private final ValueRegistry registry = ValueRegistryImpl.builder().build();
    private final ListeningAddress address = new ListeningAddress(HttpServer.INFO.get(registry));

    @Test
    void an_address_that_is_known_is_emitted_at_once() {
        registry.register(HttpServer.LOCAL_BASE_URI, BASE);
        assertThat(subscribe().assertCompleted().getItem()).isEqualTo(BASE);
    }

    @Test
    void a_port_that_another_event_loop_registers_after_the_start_event_is_waited_for() {
        UniAssertSubscriber<URI> subscriber = subscribe();
        subscriber.assertNotTerminated();
        registry.register(HttpServer.LOCAL_BASE_URI, BASE);
        assertThat(subscriber.awaitItem(Duration.ofSeconds(5)).getItem()).isEqualTo(BASE);
    }

    /** As Quarkus registers the addresses of {@code quarkus.http.host}. */
    @ParameterizedTest
    @CsvSource({ "http://localhost:8080, http://localhost:8080", "http://:::8080, http://localhost:8080",
            "http://0:0:0:0:0:0:0:0:8080, http://localhost:8080", "http://::1:8080, http://[::1]:8080",
            "http://fd00::17:8080, http://[fd00::17]:8080", "http://[fd00::17]:8080, http://[fd00::17]:8080" })
    void an_ipv6_address_has_brackets_and_so_a_port(URI registered, URI emitted) {
        registry.register(HttpServer.LOCAL_BASE_URI, registered);
        assertThat(subscribe().assertCompleted().getItem()).isEqualTo(emitted)
                .satisfies(base -> assertThat(base.getPort()).isEqualTo(8080));
    }

    private UniAssertSubscriber<URI> subscribe() {
        return address.whenKnown().subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
