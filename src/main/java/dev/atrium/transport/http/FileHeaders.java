package dev.atrium.transport.http;

import dev.atrium.file.StoredFile;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Response headers of uploaded files, which are untrusted: no script in them may run with this origin. Pure. */
final class FileHeaders {

    /** Media types that browsers display without running scripts. SVG and PDF are not among them. */
    private static final Set<String> SHOWN = Set.of("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
            "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm", "audio/mp4", "audio/flac",
            "video/mp4", "video/webm", "video/ogg", "text/plain");

    private FileHeaders() {
    }

    static Map<String, String> of(StoredFile file) {
        String type = file.type().split(";")[0].trim().toLowerCase(Locale.ROOT);
        boolean shown = SHOWN.contains(type);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type",
                !shown ? "application/octet-stream" : type.equals("text/plain") ? "text/plain; charset=utf-8" : type);
        headers.put("Content-Disposition", disposition(shown ? "inline" : "attachment", file.name()));
        headers.put("X-Content-Type-Options", "nosniff");
        // Browsers display images and videos in a generated page with inline styles; no script of the file itself can run.
        headers.put("Content-Security-Policy",
                "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox");
        headers.put("Accept-Ranges", "bytes");
        headers.put("ETag", etag(file));
        // The content of a file never changes, but the permission to read it may: caches must revalidate.
        headers.put("Cache-Control", "private, no-cache");
        return headers;
    }

    static String etag(StoredFile file) {
        return '"' + file.sha256() + '"';
    }

    /** Returns whether the client has the file already (RFC 9110 section 13.1.2); caches may have weakened its ETag. */
    static boolean isKnown(StoredFile file, List<String> ifNoneMatch) {
        return ifNoneMatch.equals(List.of("*")) || ifNoneMatch.contains(etag(file)) || ifNoneMatch.contains("W/" + etag(file));
    }

    /** Returns whether the client wants another file than this one, or a part of another (RFC 9110 section 13.1.1). */
    static boolean isOther(StoredFile file, List<String> ifMatch) {
        return !ifMatch.isEmpty() && !ifMatch.contains("*") && !ifMatch.contains(etag(file));
    }

    /** Encodes Content-Disposition (RFC 6266): an ASCII name for old clients, and the exact one (RFC 8187). */
    private static String disposition(String how, String name) {
        StringBuilder ascii = new StringBuilder();
        name.codePoints().forEach(c -> ascii.append(c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%' ? '_' : (char) c));
        String exact = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
        return how + "; filename=\"" + ascii + "\"; filename*=UTF-8''" + exact;
    }
}
