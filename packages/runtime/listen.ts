// Why a port cannot be listened on, in words that name it and its setting.
import { AppError, errorCode } from './app-error.ts'

/** Runs `listen`. Throws AppError `port_busy` or `port_not_allowed`; any other failure passes as it is. */
export async function listenOn<T>(setting: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (cause) {
    const choose = `choose another with ${setting}=<port>`
    if (errorCode(cause) === 'EADDRINUSE')
      throw new AppError('port_busy', `port ${port} is in use: end what listens on it, or ${choose}`, {
        retryable: false,
        cause,
      })
    if (errorCode(cause) === 'EACCES')
      throw new AppError('port_not_allowed', `this user may not listen on port ${port}: ${choose}`, {
        retryable: false,
        cause,
      })
    throw cause
  }
}
