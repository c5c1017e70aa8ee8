package dev.atrium.transport.http;

import io.quarkus.runtime.LaunchMode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The HTML pages. Their links are absolute in the files, and relative to the requested path as they are served: a proxy may
 * serve Atrium below a path of its own, which the server does not know.
 */
final class HtmlPages {

    private static final String FOLDER = "/META-INF/resources/pages/";
    private static final List<String> NAMES = List.of("index.html", "latency.html", "room.html");

    private static final String ABSOLUTE = "=\"/";

    /** Content by name; empty in development, where files change while the server runs. */
    private final Map<String, String> pages = new HashMap<>();

    /** Blocks; for startup. */
    HtmlPages() throws IOException {
        if (!LaunchMode.current().isDevOrTest()) {
            for (String name : NAMES) {
                pages.put(name, read(name));
            }
        }
    }

    boolean has(String name) {
        return NAMES.contains(name);
    }

    Future<String> at(String path, String name, Vertx vertx) {
        String page = pages.get(name);
        Future<String> text = page == null ? vertx.executeBlocking(() -> read(name)) : Future.succeededFuture(page);
        return text.map(html -> html.replace(ABSOLUTE, "=\"" + toRoot(path)));
    }

    /** Returns the relative path to the root: {@code ./} from {@code /latency}, {@code ../} from {@code /rooms/a}. */
    static String toRoot(String path) {
        long depth = path.chars().filter(c -> c == '/').count() - 1;
        return depth <= 0 ? "./" : "../".repeat((int) depth);
    }

    private static String read(String name) throws IOException {
        try (InputStream file = HtmlPages.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                throw new FileNotFoundException(name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
