// A wrong order to the control surface.

export class ControlFault extends Error {
  override readonly name = 'ControlFault'
}
