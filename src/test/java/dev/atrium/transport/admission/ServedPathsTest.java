package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which paths are this service's, and which of them have WebSocket endpoints. */
class ServedPathsTest {

    @ParameterizedTest(name = "{0}: served {1}, socket {2}")
    @CsvSource({
            "/ws,                    true,  true",
            "/ws/,                   true,  true",
            "/ws/x,                  false, false",
            "/wsx,                   false, false",
            "/echo/,                 true,  true",
            "/rooms,                 true,  false",
            "/rooms/,                true,  false",
            "/rooms/lobby,           true,  true",
            "/rooms/lobby/,          true,  true",
            "/rooms/lobby;a=b,       true,  true",
            "/rooms/lobby/messages,  true,  false",
            "/rooms;a=b,             true,  false",
            "/roomservice,           false, false",
            "/sessions/x,            true,  false",
            "/rtc/ice,               true,  false",
            "/rtc,                   false, false",
            "/socket.io,             true,  false",
            "/socket.io/,            true,  true",
            "/socket.ion,            false, false",
            "/news,                  false, false" })
    void paths_of_the_service_are_told_from_those_of_the_application(String path, boolean served, boolean socket) {
        assertThat(ServedPaths.includes(path)).isEqualTo(served);
        assertThat(ServedPaths.isSocket(path)).isEqualTo(socket);
    }
}
