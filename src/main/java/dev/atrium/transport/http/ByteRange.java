package dev.atrium.transport.http;

import dev.atrium.file.StoredFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Byte range of a file that a request asks for (RFC 9110 section 14.2). A request for several ranges gets the whole file, as
 * the RFC allows.
 *
 * @param first first byte, from 0
 * @param last last byte; one before the first if the file is empty
 * @param isPart whether the request has a valid range
 */
record ByteRange(long first, long last, boolean isPart) {

    private static final Pattern BYTES = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * @param range the {@code Range} header, or null
     * @param ifRange entity tag that the client has a part of, or null; if it is another one, the range is the whole file
     * @return null if the range is not satisfiable
     */
    static ByteRange requested(StoredFile file, String range, String ifRange) {
        ByteRange whole = new ByteRange(0, file.size() - 1, false);
        Matcher bytes = range == null ? null : BYTES.matcher(range.trim());
        if (bytes == null || !bytes.matches() || ifRange != null && !FileHeaders.etag(file).equals(ifRange.trim())) {
            return whole;
        }
        String from = bytes.group(1);
        String to = bytes.group(2);
        if (from.isEmpty() && to.isEmpty()) {
            return whole;
        }
        if (from.isEmpty()) {
            long suffix = Math.min(Long.parseLong(to), file.size());
            return suffix == 0 ? null : new ByteRange(file.size() - suffix, file.size() - 1, true);
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? file.size() - 1 : Math.min(Long.parseLong(to), file.size() - 1);
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return whole;
        }
        return first >= file.size() ? null : new ByteRange(first, last, true);
    }

    long length() {
        return last - first + 1;
    }
}
