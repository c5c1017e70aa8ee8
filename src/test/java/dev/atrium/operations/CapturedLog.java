package dev.atrium.operations;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/** What is written to one category while it is open. */
final class CapturedLog extends ExtHandler implements AutoCloseable {

    final List<ExtLogRecord> entries = new CopyOnWriteArrayList<>();
    final Logger logger;
    private final java.util.logging.Level before;

    CapturedLog(String category) {
        logger = Logger.getLogger(category);
        before = logger.getLevel();
        logger.setLevel(Level.DEBUG);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    @Override
    protected void doPublish(ExtLogRecord entry) {
        entries.add(entry);
    }

    List<String> lines() {
        return entries.stream().map(ExtLogRecord::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
        logger.setLevel(before);
    }
}
