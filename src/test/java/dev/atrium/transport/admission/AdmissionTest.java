package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.AuditLog;
import dev.atrium.gateway.Events;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.LoadSignal;
import dev.atrium.security.SecurityConfig;
import dev.atrium.security.TestSecurity;
import dev.atrium.session.Transport;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Rejections of handshakes that are delayed. */
class AdmissionTest {

    private final SecurityConfig config = TestSecurity.config(Map.of());
    private final ConnectionLimiter connections = new ConnectionLimiter(config, LoadSignal.NEVER_EXHAUSTED);
    private final Admission admission = new Admission(null, TestSecurity.policy(config), connections, null,
            new AuditLog(new Events()), config);
    private final Caller client = new Caller(Identity.ANONYMOUS, "192.0.2.1");
    private final AtomicInteger delayed = new AtomicInteger();

    /** Over HTTP/2 it has a hundred handshakes of Engine.IO at a time on each connection. */
    @Test
    void so_many_handshakes_of_a_client_in_its_penalty_time_are_answered_late_and_the_others_at_once() {
        connections.penalize(client);
        for (int i = 0; i < Admission.MAX_DELAYED + 100; i++) {
            assertThat(admission.connect(handshake(), Transport.SOCKETIO)).isNull();
        }
        assertThat(delayed).hasValue(Admission.MAX_DELAYED);
    }

    private RoutingContext handshake() {
        Vertx vertx = proxy(Vertx.class, Map.of("setTimer", arguments -> (long) delayed.incrementAndGet()));
        // Its client has gone, so that it gets no answer.
        HttpServerResponse response = proxy(HttpServerResponse.class,
                Map.of("headWritten", arguments -> false, "closed", arguments -> true));
        return proxy(RoutingContext.class,
                Map.of("get", arguments -> client, "vertx", arguments -> vertx, "response", arguments -> response));
    }

    private static <T> T proxy(Class<T> type, Map<String, Function<Object[], Object>> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
                (proxy, method, arguments) -> answers.get(method.getName()).apply(arguments)));
    }
}
