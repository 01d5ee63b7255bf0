/** Shows the type of the name under the pointer, in one box for the page. */
const box = document.createElement('div')
box.className = 'type-box not-content'
box.setAttribute('role', 'tooltip')
box.hidden = true

document.addEventListener('pointerover', ({ target }) => {
  const name = target instanceof Element ? target.closest<HTMLElement>('[data-type]') : null
  box.hidden = name === null
  if (!name) return
  if (!box.isConnected) document.body.append(box)
  box.textContent = name.dataset.type ?? ''
  const { left, bottom, top } = name.getBoundingClientRect()
  const { width, height } = box.getBoundingClientRect()
  const below = bottom + height + 8 < innerHeight
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
  box.style.top = `${below ? bottom + 4 : top - height - 4}px`
})
document.addEventListener('scroll', () => void (box.hidden = true), { passive: true, capture: true })
