package dev.sluice.store.rocks;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/// Platform threads on which reads wait for the disk, so that no virtual thread takes its carrier into native code
/// that does. They end when idle.
final class DiskReads implements AutoCloseable {
    private static final int THREADS_MAX = 8;
    private static final int WAITING_MAX = 1_024;
    private static final long IDLE_SECONDS_MAX = 10;

    private final Semaphore room = new Semaphore(WAITING_MAX);
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS_MAX,
            THREADS_MAX,
            IDLE_SECONDS_MAX,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("store-read-", 0).factory());

    DiskReads() {
        threads.allowCoreThreadTimeOut(true);
    }

    <T> T run(Read<T> read) throws RocksDBException {
        room.acquireUninterruptibly();
        try {
            var errand = new Errand<>(read);
            threads.execute(errand);
            return errand.await();
        } finally {
            room.release();
        }
    }

    @Override
    public void close() {
        threads.close();
    }

    interface Read<T> {
        T from(Engine.Tier tier) throws RocksDBException;
    }

    private static final class Errand<T> implements Runnable {
        private final Read<T> read;
        private final Semaphore finished = new Semaphore(0);
        private @Nullable T result;
        private @Nullable RocksDBException refused;

        Errand(Read<T> read) {
            this.read = read;
        }

        @Override
        public void run() {
            try {
                result = read.from(Engine.Tier.DISK);
            } catch (RocksDBException failed) {
                refused = failed;
            } finally {
                finished.release();
            }
        }

        T await() throws RocksDBException {
            finished.acquireUninterruptibly();
            if (refused != null) {
                throw refused;
            }
            if (result == null) {
                throw new RocksDBException("the reading thread died");
            }
            return result;
        }
    }
}
