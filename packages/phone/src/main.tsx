import { render } from 'preact'
import { App } from './app.tsx'
import './style/tokens.css'
import './style/layout.css'
import './style/panes.css'
import './style/handset.css'
import './style/composer.css'
import './style/menu.css'
import './style/messages.css'
import './style/contents.css'
import './style/dialog.css'
import './style/phones.css'
import './style/callbacks.css'
import './style/empty.css'

const root = document.getElementById('app')
if (root) render(<App />, root)
